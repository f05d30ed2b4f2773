package account

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/name"
	"github.com/keyhole-dev/keyhole/deploy/cli/show"
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

// Run lists sessions.
func (c *sessionList) Run(ctx context.Context, a *cli.App) error {
	return a.List(ctx, "sessions", c.PageFlags, nil, "name", "key", "title", "lastUseTime", "expireTime")
}

type sessionDelete struct {
	ID         string `arg:"" help:"The session: its id or its name."`
	RevokeKeys bool   `help:"Also revoke the keys and invitations that the session created (owners only)."`
}

// Run ends a session, and says which keys and invitations it leaves behind.
func (c *sessionDelete) Run(ctx context.Context, a *cli.App) error {
	cl, path, err := a.At(ctx, name.Session, c.ID)
	if err != nil {
		return err
	}
	query, heading, open := url.Values{}, "Keys that the session created and that still work (to revoke one: keyhole key revoke):",
		"Invitations that the session created and that still work (to revoke one: keyhole invitation revoke):"
	if c.RevokeKeys {
		query.Set("revokeKeys", "true")
		heading, open = "Keys that the session created, now revoked:", "Invitations that the session created, now revoked:"
	}
	var reply cli.Object
	if err := cl.Do(ctx, http.MethodDelete, path, query, nil, &reply); err != nil {
		return err
	}
	if a.Conn.JSON {
		return a.Print().Raw(reply)
	}
	made, _ := reply["madeKeys"].([]any)
	if err := a.Print().Section(heading, made, "name", "title", "createTime"); err != nil {
		return err
	}
	invited, _ := reply["madeInvitations"].([]any)
	return a.Print().Section(open, invited, "name", "role", "email", "createTime")
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

	Link    string `arg:"" optional:"" help:"A sign-in link or its code (default: sign in with your key, or in a browser)."`
	Browser bool   `help:"Sign in through a browser on this computer that is signed in (default where people sign in with an identity provider)."`
	NoOpen  bool   `help:"Print the link for the browser, and do not open it."`
}

// Help is kong's hook for the text below the flags.
func (Login) Help() string {
	return "Starts a session for later commands and keeps it in a file that only you can read. Give a sign-in link, or a key with --key-file. Without either, the command reads a key from standard input. With --browser, or if the installation has an identity provider, you approve the login in a browser."
}

// Run signs in.
func (c *Login) Run(ctx context.Context, a *cli.App) error {
	body, key, err := c.proof(ctx, a)
	if err != nil {
		return err
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

// proof returns what the person signs in with: the body of CreateSession, and the key if there
// is one.
func (c *Login) proof(ctx context.Context, a *cli.App) (body cli.Object, key string, err error) {
	if c.Link != "" {
		return cli.Object{"title": cliTitle, "code": codeIn(c.Link)}, "", nil
	}
	browser, err := c.wantsBrowser(ctx, a)
	if err != nil {
		return nil, "", err
	}
	if browser {
		body, err = c.inBrowser(ctx, a)
		return body, "", err
	}
	key, err = c.ownKey(a)
	return cli.Object{"title": cliTitle}, key, err
}

// wantsBrowser reports whether the person signs in with a browser. A script that pipes a key in does not.
func (c *Login) wantsBrowser(ctx context.Context, a *cli.App) (bool, error) {
	if key, err := a.Conn.Key(); err != nil || key != "" || c.Browser || !show.IsTerminal(a.In) {
		return c.Browser, err
	}
	var guest struct{ IdentityProvider string }
	err := stranger(a).Do(ctx, http.MethodGet, "/v1/whoami", nil, nil, &guest)
	return guest.IdentityProvider != "", err
}

// ownKey returns the key from the flags, or from a line of standard input.
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
