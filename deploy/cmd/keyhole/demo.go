package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/keyhole-dev/keyhole/deploy/client"
	"github.com/keyhole-dev/keyhole/deploy/demo"
)

type demoCmd struct {
	Seed  demoSeed  `cmd:"" help:"Make the demo through the public API, on any installation."`
	Photo demoPhoto `cmd:"" help:"Write the sample photograph to a file."`
}

type demoPhoto struct {
	File string `arg:"" help:"Where to write it." default:"photo.jpg" type:"path"`
}

// Run writes it.
func (c *demoPhoto) Run(a *app) error {
	if err := os.WriteFile(c.File, demo.Photo, 0o644); err != nil {
		return fmt.Errorf("write photograph: %w", err)
	}
	_, err := fmt.Fprintln(a.out, c.File)
	return err
}

type demoSeed struct {
	Connection

	OperatorKeyFile string `help:"File that holds an operator's key." default:"data/operator.key" env:"KEYHOLE_OPERATOR_KEY_FILE" type:"existingfile"`
	Model           string `help:"Package of the demo's model; that of make build by default." type:"existingfile"`
}

// Run makes the demo.
func (c *demoSeed) Run(a *app) error {
	key, err := os.ReadFile(c.OperatorKeyFile)
	if err != nil {
		return fmt.Errorf("read operator key: %w", err)
	}
	if c.Model == "" {
		if c.Model, err = beside("models/pp-ocr.zip"); err != nil {
			return err
		}
	}
	operator := client.New(a.conn.HTTP, string(key))
	there, err := demo.Exists(a.ctx, operator)
	if err != nil {
		return err
	}
	if there {
		_, err := fmt.Fprintln(a.out, "the demo is there already")
		return err
	}
	made, err := demo.Seed(a.ctx, operator, c.Model, func(what string) { _, _ = fmt.Fprintln(os.Stderr, "demo:", what) })
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, "owner key (shown once): %s\nlink:                   %s/s/%s\n", made.Key, a.conn.HTTP, made.Token)
	return err
}

// beside finds a file that make build left next to this program.
func beside(name string) (string, error) {
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
