package share

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/cli"
)

type shareUnlock struct {
	Target
	PasswordFile string `help:"File with the password; - for standard input." default:"-" placeholder:"FILE"`
}

// Run prints a pass.
func (c *shareUnlock) Run(ctx context.Context, a *cli.App) error {
	cl, path, err := c.at(a)
	if err != nil {
		return err
	}
	password, err := passwordIn(a, c.PasswordFile)
	if err != nil {
		return err
	}
	var reply cli.Object
	if err := cl.Do(ctx, http.MethodPost, path+":unlock", nil, cli.Object{"password": password}, &reply); err != nil {
		return err
	}
	return a.Print().One(reply, "pass", "expireTime", "asks")
}

// passwordIn reads a password. It removes the line end that editors add to the last line.
func passwordIn(a *cli.App, file string) (string, error) {
	text, err := a.File(file)
	if err != nil {
		return "", fmt.Errorf("read password: %w", err)
	}
	password := strings.TrimRight(string(text), "\r\n")
	if password == "" {
		return "", errors.New("the password is empty")
	}
	return password, nil
}

// gate sets who may open the link.
func (f Flags) gate(a *cli.App, e *cli.Edit) error {
	switch {
	case f.PasswordFile == nil:
	case *f.PasswordFile == "none":
		e.Set("gate.password_required", false)
	default:
		password, err := passwordIn(a, *f.PasswordFile)
		if err != nil {
			return err
		}
		e.Set("gate.password", password)
	}
	if f.Member == nil {
		return nil
	}
	workspaces := []string{}
	for _, id := range unlessNone(f.Member) {
		workspaces = append(workspaces, "workspaces/"+strings.TrimPrefix(id, "workspaces/"))
	}
	e.Set("gate.workspaces", workspaces)
	return nil
}
