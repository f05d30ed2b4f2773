package gateway

import (
	"context"
	"net/http"
	"strings"
	"unicode/utf8"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// as puts the caller into the context: the holder of key, or a guest. What goes on
// from here is the vault's assertion, never the key.
func (g *Gateway) as(ctx context.Context, key, visitor string) (context.Context, error) {
	if key == "" {
		return caller.With(ctx, caller.Principal{Kind: caller.Guest, Visitor: visitor}), nil
	}
	p, err := g.guesses.Authenticate(ctx, visitor, secret.FromString(key))
	if err != nil {
		return nil, err
	}
	return caller.With(ctx, p), nil
}

// maxKey is more than any key has; what is longer is none.
const maxKey = 200

// bearer returns the key of the Authorization header, or "" without one. A
// header of another scheme is an error rather than a guest: whoever sends one
// believes to be someone.
func bearer(r *http.Request) (string, error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return "", nil
	}
	scheme, key, ok := strings.Cut(header, " ")
	key = strings.TrimSpace(key)
	if !ok || !strings.EqualFold(scheme, "Bearer") || key == "" || len(key) > maxKey || !utf8.ValidString(key) {
		return "", errs.Unauthenticated(errorsv1.Reason_REASON_UNAUTHENTICATED, "the Authorization header must be: Bearer <key>")
	}
	return key, nil
}
