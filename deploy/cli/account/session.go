package main

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/client"
	"github.com/keyhole-dev/keyhole/deploy/cmd/keyhole/signedin"
)

type sessionCmd struct {
	Connection

	List   sessionList   `cmd:"" help:"List the sessions of your workspace."`
	Delete sessionDelete `cmd:"" help:"End a session."`
}

type sessionList struct{ PageFlags }

// Run lists them.
func (c *sessionList) Run(a *app) error {
	return a.list("/sessions", "sessions", c.PageFlags, nil, "name", "key", "title", "lastUseTime", "expireTime")
}

type sessionDelete struct {
	ID string `arg:"" help:"The session: its id or its name."`
}

// Run ends it.
func (c *sessionDelete) Run(a *app) error { return a.remove(aSession, c.ID) }

type signInLinkCmd struct{ Connection }

// Run prints a link that signs a browser in once.
func (signInLinkCmd) Run(a *app) error {
	cl, err := a.conn.client()
	if err != nil {
		return err
	}
	var made struct{ Path, ExpireTime string }
	if err := cl.Do(a.ctx, http.MethodPost, "/v1/signInLinks", nil, object{}, &made); err != nil {
		return err
	}
	return a.print().One(object{"link": strings.TrimSuffix(a.conn.HTTP, "/") + made.Path, "expireTime": made.ExpireTime}, "link", "expireTime")
}

type loginCmd struct {
	Connection

	Link string `arg:"" optional:"" help:"A sign-in link or its code (default: sign in with your key)."`
}

// Help is kong's hook for the text below the flags.
func (loginCmd) Help() string {
	return "Keeps a session for later commands, in a file that only you can read. Without a link and without --key-file, it reads the key from standard input."
}

// Run signs in.
func (c *loginCmd) Run(a *app) error {
	body, key := object{"title": cliTitle}, ""
	if c.Link != "" {
		body["code"] = codeIn(c.Link)
	} else {
		var err error
		if key, err = c.ownKey(a); err != nil {
			return err
		}
	}
	var made struct{ Name, Token, ExpireTime string }
	if err := client.New(a.conn.HTTP, key).Do(a.ctx, http.MethodPost, "/v1/sessions", nil, body, &made); err != nil {
		return err
	}
	if err := signedin.Keep(a.conn.HTTP, made.Token); err != nil {
		return err
	}
	return a.print().One(object{"name": made.Name, "expireTime": made.ExpireTime}, "name", "expireTime")
}

// ownKey is the key of the flags, or of a line of standard input.
func (c *loginCmd) ownKey(a *app) (string, error) {
	key, err := a.conn.key()
	if err != nil || key != "" {
		return key, err
	}
	_, _ = fmt.Fprint(os.Stderr, "key: ")
	line, _ := bufio.NewReader(a.in).ReadString('\n') // without one, the line is empty
	if key = strings.TrimSpace(line); key == "" {
		return "", errors.New("nothing to sign in with: give a sign-in link, --key-file, or the key on standard input")
	}
	return key, nil
}

type logoutCmd struct{ Connection }

// Run ends the kept session, and forgets it.
func (logoutCmd) Run(a *app) error {
	token, err := signedin.Session(a.conn.HTTP)
	if err != nil {
		return err
	}
	if token == "" {
		return errors.New("you are not signed in to " + a.conn.HTTP)
	}
	cl := client.New(a.conn.HTTP, token)
	var who struct{ Session string }
	err = cl.Do(a.ctx, http.MethodGet, "/v1/whoami", nil, nil, &who)
	if err == nil {
		err = cl.Do(a.ctx, http.MethodDelete, "/v1/"+who.Session, nil, nil, nil)
	}
	if err != nil && !client.IsReason(err, "UNAUTHENTICATED") { // it had ended already
		return err
	}
	return signedin.Keep(a.conn.HTTP, "")
}
