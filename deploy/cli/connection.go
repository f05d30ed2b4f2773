package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/cli/signedin"
	"github.com/keyhole-dev/keyhole/deploy/client"
)

// Connection holds the flags of every client command.
type Connection struct {
	HTTP      string `help:"URL of the installation." default:"http://127.0.0.1:8080" env:"KEYHOLE_HTTP" placeholder:"URL"`
	APIKey    string `name:"api-key" help:"Your key. Prefer --key-file: other users of this machine can see flags." env:"KEYHOLE_API_KEY" xor:"key" placeholder:"KEY"`
	KeyFile   string `help:"File with your key." env:"KEYHOLE_KEY_FILE" type:"existingfile" xor:"key" placeholder:"FILE"`
	Workspace string `help:"Your workspace (default: the workspace of your key)." env:"KEYHOLE_WORKSPACE" short:"w"`
	JSON      bool   `help:"Print JSON for scripts instead of tables." name:"json" env:"KEYHOLE_JSON"`
}

// Client makes the client, with the key or else with the session that keyhole login kept. It
// reads them once.
func (c *Connection) Client() (*client.Client, error) {
	key, err := c.Key()
	if err != nil || key != "" {
		return client.New(c.HTTP, key), err
	}
	token, err := signedin.Session(c.HTTP)
	return client.New(c.HTTP, token), err
}

// Key returns the key from flags and variables, or "" if there is none.
func (c *Connection) Key() (string, error) {
	if c.KeyFile == "" {
		return strings.TrimSpace(c.APIKey), nil
	}
	raw, err := os.ReadFile(c.KeyFile)
	if err != nil {
		return "", fmt.Errorf("read key: %w", err)
	}
	return strings.TrimSpace(string(raw)), nil
}

// Parent makes the client and returns the path of the workspace: the one of --workspace, or
// else the one of the key.
func (c *Connection) Parent(ctx context.Context) (*client.Client, string, error) {
	cl, err := c.Client()
	if err != nil {
		return nil, "", err
	}
	if c.Workspace != "" {
		return cl, workspacePath(strings.TrimPrefix(c.Workspace, "workspaces/")), nil
	}
	var who struct{ Role, Workspace string }
	if err := cl.Do(ctx, http.MethodGet, "/v1/whoami", nil, nil, &who); err != nil {
		return nil, "", err
	}
	if who.Role == "guest" {
		return nil, "", errors.New("no key: set --key-file or KEYHOLE_KEY_FILE, or sign in with keyhole login")
	}
	return cl, "/v1/" + who.Workspace, nil
}

func workspacePath(id string) string { return "/v1/workspaces/" + url.PathEscape(id) }
