package setup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"time"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/client"
	"github.com/keyhole-dev/keyhole/deploy/demo"
	"github.com/keyhole-dev/keyhole/deploy/seed"
)

// Demo are the commands for the demo.
type Demo struct {
	Seed  demoSeed  `cmd:"" help:"Create the demo through the public API of an installation."`
	Photo demoPhoto `cmd:"" help:"Write the sample picture to a file."`
}

type demoPhoto struct {
	File string `arg:"" help:"File to write." default:"photo.jpg" type:"path"`
}

// Run writes the photograph.
func (c *demoPhoto) Run(a *cli.App) error {
	if err := os.WriteFile(c.File, demo.Photo, 0o644); err != nil {
		return fmt.Errorf("write photograph: %w", err)
	}
	_, err := fmt.Fprintln(a.Out, c.File)
	return err
}

type demoSeed struct {
	cli.Connection

	OperatorKeyFile string        `help:"File with an operator key. The command waits until it exists." default:"data/operator.key" type:"path" placeholder:"FILE"`
	Model           string        `help:"Model package of the demo (default: the one from make build)." type:"existingfile"`
	Wait            time.Duration `help:"How long to wait for the key file, and for the installation to become ready." default:"1m"`
}

// Run creates the demo.
func (c *demoSeed) Run(ctx context.Context, a *cli.App) error {
	if c.Model == "" {
		var err error
		if c.Model, err = seed.TextReader(); err != nil {
			return err
		}
	}
	operator, err := c.operator(ctx, a)
	if err != nil {
		return err
	}
	there, err := demo.Exists(ctx, operator)
	if err != nil {
		return err
	}
	if there {
		_, err := fmt.Fprintln(a.Out, "the demo already exists")
		return err
	}
	made, err := demo.Seed(ctx, operator, c.Model, func(what string) { _, _ = fmt.Fprintln(os.Stderr, "demo:", what) })
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.Out, "owner key (shown once): %s\nlink:                   %s/s/%s\n", made.Key, a.Conn.HTTP, made.Token)
	return err
}

// operator waits for the installation, because scripts run this command before the vault
// has written the key.
func (c *demoSeed) operator(ctx context.Context, a *cli.App) (*client.Client, error) {
	err := await(ctx, os.Stderr, c.Wait, "the operator's key in "+c.OperatorKeyFile, func(context.Context) error {
		if _, err := os.Stat(c.OperatorKeyFile); errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil // waiting does not help with any other error
	})
	if err != nil {
		return nil, err
	}
	key, err := os.ReadFile(c.OperatorKeyFile)
	if err != nil {
		return nil, fmt.Errorf("read operator key: %w", err)
	}
	operator := client.New(a.Conn.HTTP, string(key))
	return operator, await(ctx, os.Stderr, c.Wait, a.Conn.HTTP+" to be ready", func(ctx context.Context) error {
		return operator.Do(ctx, http.MethodGet, "/readyz", nil, nil, nil)
	})
}
