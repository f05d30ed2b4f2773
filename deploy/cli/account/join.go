package account

import (
	"context"
	"net/http"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/signedin"
	"github.com/keyhole-dev/keyhole/deploy/client"
)

// SignUp creates a workspace for the person who runs it.
type SignUp struct {
	cli.Connection

	ID             string `arg:"" help:"Id of the new workspace."`
	Title          string `help:"Your name." required:"" placeholder:"NAME"`
	WorkspaceTitle string `help:"Title of the workspace (default: its id)." placeholder:"TITLE"`
}

// Run creates the workspace.
func (c *SignUp) Run(ctx context.Context, a *cli.App) error {
	return enter(ctx, a, "/v1/workspaces:signUp", cli.Object{
		"workspaceId": c.ID, "workspaceTitle": c.WorkspaceTitle, "title": c.Title, "client": cliTitle,
	})
}

// cliTitle names this program in the list of sessions.
const cliTitle = "keyhole CLI"

// stranger returns a client without a key.
func stranger(a *cli.App) *client.Client { return client.New(a.Conn.HTTP, "") }

// enter creates a person, keeps the session and prints the key.
func enter(ctx context.Context, a *cli.App, path string, body cli.Object) error {
	var made struct {
		Person  cli.Object
		Key     struct{ Name, Key string }
		Session struct{ Token string }
	}
	if err := stranger(a).Do(ctx, http.MethodPost, path, nil, body, &made); err != nil {
		return err
	}
	if err := signedin.Keep(a.Conn.HTTP, made.Session.Token); err != nil {
		return err
	}
	return a.Print().One(cli.Object{
		"person": made.Person["name"], "role": made.Person["role"], "keyName": made.Key.Name, "key": made.Key.Key,
	}, "person", "role", "keyName", "key")
}
