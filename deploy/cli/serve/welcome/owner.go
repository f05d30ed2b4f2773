package welcome

import (
	"context"
	"os"
	"path/filepath"
)

// SignIn makes the path of a link that signs in once with a key.
type SignIn func(ctx context.Context, key string) (path string, err error)

// OwnerFile keeps the name of the demo's owner key, so that each start can print a sign-in link. It is not secret.
func OwnerFile(data string) string { return filepath.Join(data, "demo.owner") }

// OwnerLink is a sign-in link of the demo's owner; "" if the key was revoked, or is not known.
func OwnerLink(ctx context.Context, data, base string, link SignIn) string {
	key, err := os.ReadFile(OwnerFile(data))
	if err != nil {
		return ""
	}
	path, err := link(ctx, string(key))
	if err != nil {
		return ""
	}
	return base + path
}
