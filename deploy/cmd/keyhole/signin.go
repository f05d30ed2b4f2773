package main

import (
	"context"
	"os"
	"path/filepath"
)

// signIn makes the path of a link that signs in once with a key.
type signIn func(ctx context.Context, key string) (path string, err error)

// ownerFile keeps the name of the demo's owner key, so that each start can print a sign-in link. It is not secret.
func (c *serveCmd) ownerFile() string { return filepath.Join(c.Data, "demo.owner") }

// ownerLink is a sign-in link of the demo's owner; "" if the key was revoked, or is not known.
func (c *serveCmd) ownerLink(ctx context.Context, base string, link signIn) string {
	key, err := os.ReadFile(c.ownerFile())
	if err != nil {
		return ""
	}
	path, err := link(ctx, string(key))
	if err != nil {
		return ""
	}
	return base + path
}
