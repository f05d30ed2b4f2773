package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/keyhole-dev/keyhole/deploy/cli/serve/welcome"
	"github.com/keyhole-dev/keyhole/deploy/client"
	"github.com/keyhole-dev/keyhole/deploy/demo"
	"github.com/keyhole-dev/keyhole/deploy/seed"
)

// firstStart creates the demo and models of a new installation, then waits for ctx to end.
func (c *Command) firstStart(ctx context.Context, out io.Writer, logger *slog.Logger, link welcome.SignIn) error {
	base := "http://" + c.HTTP
	if c.Demo {
		if err := c.seedDemo(ctx, out, base, link); err != nil {
			return err
		}
	} else if err := c.standardModels(ctx, base); err != nil && ctx.Err() == nil {
		// Continue, because steps that name their own model work without it.
		logger.Warn("no public model reads text yet: upload one as operator/pp-ocr-small, or restart", "error", err)
	}
	<-ctx.Done()
	return nil
}

// operator returns a client with the key that the first start wrote.
func (c *Command) operator(base string) (*client.Client, error) {
	key, err := os.ReadFile(filepath.Join(c.Data, "operator.key"))
	if err != nil {
		return nil, fmt.Errorf("read operator key: %w", err)
	}
	return client.New(base, string(key)), nil
}

// seedDemo creates the demo, or finds the one of an earlier start, and prints how to use it.
func (c *Command) seedDemo(ctx context.Context, out io.Writer, base string, link welcome.SignIn) error {
	operator, err := c.operator(base)
	if err != nil {
		return err
	}
	if kept, err := os.ReadFile(c.linkFile()); err == nil {
		return c.greet(out, base, string(kept), "", welcome.OwnerLink(ctx, c.Data, base, link))
	}
	model, err := seed.TextReader()
	if err != nil {
		return err
	}
	made, err := demo.Seed(ctx, operator, model, func(what string) { _, _ = fmt.Fprintln(os.Stderr, "demo:", what) })
	if err != nil {
		return err
	}
	err = errors.Join(os.WriteFile(welcome.OwnerFile(c.Data), []byte(made.KeyName), 0o600), os.WriteFile(c.linkFile(), []byte(made.Token), 0o600))
	if err != nil {
		return fmt.Errorf("keep the demo's link: %w", err)
	}
	return c.greet(out, base, made.Token, made.Key, welcome.OwnerLink(ctx, c.Data, base, link))
}

// standardModels creates the public models once per data directory. It does not recreate a
// model that an operator has deleted.
func (c *Command) standardModels(ctx context.Context, base string) error {
	done := filepath.Join(c.Data, "models.made")
	if _, err := os.Stat(done); err == nil || !c.PublicModels {
		return nil
	}
	operator, err := c.operator(base)
	if err != nil {
		return err
	}
	model, err := seed.TextReader()
	if err != nil {
		return err
	}
	if err := seed.StandardModels(ctx, operator, model); err != nil {
		return err
	}
	return os.WriteFile(done, nil, 0o600)
}

// greet writes the sample picture to the data directory and prints how to use it.
func (c *Command) greet(out io.Writer, base, token, key, signIn string) error {
	photo := filepath.Join(c.Data, "photo.jpg")
	if err := os.WriteFile(photo, demo.Photo, 0o644); err != nil {
		return fmt.Errorf("write sample photograph: %w", err)
	}
	if here, err := os.Getwd(); err == nil {
		if short, err := filepath.Rel(here, photo); err == nil {
			photo = short
		}
	}
	return welcome.Print(out, base, token, key, signIn, photo)
}

// linkFile keeps the demo's link, so that the next start can print it. It is secret, like
// the operator's key in the same directory, but less powerful.
func (c *Command) linkFile() string { return filepath.Join(c.Data, "demo.link") }
