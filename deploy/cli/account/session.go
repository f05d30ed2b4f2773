package account

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/name"
	"github.com/keyhole-dev/keyhole/deploy/cli/signedin"
	"github.com/keyhole-dev/keyhole/deploy/client"
)

// Sessions are the commands for sessions.
type Sessions struct {
	cli.Connection

	List   sessionList   `cmd:"" help:"List the sessions of your workspace."`
	Delete sessionDelete `cmd:"" help:"End a session."`
}

type sessionList struct{ cli.PageFlags }

// Run lists them.
func (c *sessionList) Run(ctx context.Context, a *cli.App) error {
	return a.List(ctx, "sessions", c.PageFlags, nil, "name", "key", "title", "lastUseTime", "expireTime")
}

type sessionDelete struct {
	ID string `arg:"" help:"The session: its id or its name."`
}

// Run ends it.
func (c *sessionDelete) Run(ctx context.Context, a *cli.App) error {
	return a.Delete(ctx, name.Session, c.ID)
}

// SignInLink creates a link that signs a browser in.
type SignInLink struct{ cli.Connection }

// Run prints a link that signs a browser in once.
func (SignInLink) Run(ctx context.Context, a *cli.App) error {
	cl, err := a.Conn.Client()
	if err != nil {
		return err
	}
	var made struct{ Path, ExpireTime string }
	if err := cl.Do(ctx, http.MethodPost, "/v1/signInLinks", nil, cli.Object{}, &made); err != nil {
		return err
	}
	return a.Print().One(cli.Object{"link": strings.TrimSuffix(a.Conn.HTTP, "/") + made.Path, "expireTime": made.ExpireTime}, "link", "expireTime")
}

// Login signs in and keeps the session.
type Login struct {
	cli.Connection

	Link string `arg:"" optional:"" help:"A sign-in link or its code (default: sign in with your key)."`
}

// Help is kong's hook for the text below the flags.
func (Login) Help() string {
	return "Keeps a session for later commands, in a file that only you can read. Without a link and without --key-file, it reads the key from standard input."
}

// Run signs in.
func (c *Login) Run(ctx context.Context, a *cli.App) error {
	body, key := cli.Object{"title": cliTitle}, ""
	if c.Link != "" {
		body["code"] = codeIn(c.Link)
	} else {
		var err error
		if key, err = c.ownKey(a); err != nil {
			return err
		}
	}
	var made struct{ Name, Token, ExpireTime string }
	if err := client.New(a.Conn.HTTP, key).Do(ctx, http.MethodPost, "/v1/sessions", nil, body, &made); err != nil {
		return err
	}
	if err := signedin.Keep(a.Conn.HTTP, made.Token); err != nil {
		return err
	}
	return a.Print().One(cli.Object{"name": made.Name, "expireTime": made.ExpireTime}, "name", "expireTime")
}

// ownKey is the key of the flags, or of a line of standard input.
func (c *Login) ownKey(a *cli.App) (string, error) {
	key, err := a.Conn.Key()
	if err != nil || key != "" {
		return key, err
	}
	_, _ = fmt.Fprint(os.Stderr, "key: ")
	line, _ := bufio.NewReader(a.In).ReadString('\n') // without one, the line is empty
	if key = strings.TrimSpace(line); key == "" {
		return "", errors.New("nothing to sign in with: give a sign-in link, --key-file, or the key on standard input")
	}
	return key, nil
}

// Logout ends the kept session.
type Logout struct{ cli.Connection }

// Run ends the kept session, and forgets it.
func (Logout) Run(ctx context.Context, a *cli.App) error {
	token, err := signedin.Session(a.Conn.HTTP)
	if err != nil {
		return err
	}
	if token == "" {
		return errors.New("you are not signed in to " + a.Conn.HTTP)
	}
	cl := client.New(a.Conn.HTTP, token)
	var who struct{ Session string }
	err = cl.Do(ctx, http.MethodGet, "/v1/whoami", nil, nil, &who)
	if err == nil {
		err = cl.Do(ctx, http.MethodDelete, "/v1/"+who.Session, nil, nil, nil)
	}
	if err != nil && !client.IsReason(err, "UNAUTHENTICATED") { // it had ended already
		return err
	}
	return signedin.Keep(a.Conn.HTTP, "")
}
