package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/keyhole-dev/keyhole/deploy/client"
	"github.com/keyhole-dev/keyhole/deploy/demo"
)

type demoCmd struct {
	Seed  demoSeed  `cmd:"" help:"Create the demo through the public API of an installation."`
	Photo demoPhoto `cmd:"" help:"Write the sample picture to a file."`
}

type demoPhoto struct {
	File string `arg:"" help:"File to write." default:"photo.jpg" type:"path"`
}

// Run writes the photograph.
func (c *demoPhoto) Run(a *app) error {
	if err := os.WriteFile(c.File, demo.Photo, 0o644); err != nil {
		return fmt.Errorf("write photograph: %w", err)
	}
	_, err := fmt.Fprintln(a.out, c.File)
	return err
}

type demoSeed struct {
	Connection

	OperatorKeyFile string        `help:"File with an operator key. The command waits until it exists." default:"data/operator.key" type:"path" placeholder:"FILE"`
	Model           string        `help:"Model package of the demo (default: the one from make build)." type:"existingfile"`
	Wait            time.Duration `help:"How long to wait for the key file, and for the installation to become ready." default:"1m"`
}

// Run creates the demo.
func (c *demoSeed) Run(a *app) error {
	if c.Model == "" {
		var err error
		if c.Model, err = sibling(textReader); err != nil {
			return err
		}
	}
	operator, err := c.operator(a)
	if err != nil {
		return err
	}
	there, err := demo.Exists(a.ctx, operator)
	if err != nil {
		return err
	}
	if there {
		_, err := fmt.Fprintln(a.out, "the demo already exists")
		return err
	}
	made, err := demo.Seed(a.ctx, operator, c.Model, func(what string) { _, _ = fmt.Fprintln(os.Stderr, "demo:", what) })
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, "owner key (shown once): %s\nlink:                   %s/s/%s\n", made.Key, a.conn.HTTP, made.Token)
	return err
}

// operator waits for the installation, because scripts run this command before the vault
// has written the key.
func (c *demoSeed) operator(a *app) (*client.Client, error) {
	err := await(a.ctx, os.Stderr, c.Wait, "the operator's key in "+c.OperatorKeyFile, func(context.Context) error {
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
	operator := client.New(a.conn.HTTP, string(key))
	return operator, await(a.ctx, os.Stderr, c.Wait, a.conn.HTTP+" to be ready", func(ctx context.Context) error {
		return operator.Do(ctx, http.MethodGet, "/readyz", nil, nil, nil)
	})
}

// textReader is the package of the text-reading model that make build leaves here.
const textReader = "models/pp-ocr.zip"

// sibling finds a file that make build created next to this program.
func sibling(name string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this program: %w", err)
	}
	path := filepath.Join(filepath.Dir(self), name)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("%s is missing: run make build", path)
	}
	return path, nil
}
