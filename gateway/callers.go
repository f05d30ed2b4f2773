package gateway

import (
	"context"
	"crypto/sha256"
	"net/http"
	"strings"
	"time"

	"github.com/maypok86/otter/v2"
	"golang.org/x/sync/singleflight"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// assertionLife is how long an assertion is reused for the same key. A revoked
// key is gone everywhere within a second: half of it is spent here, half in the
// vault's own cache.
const assertionLife = 400 * time.Millisecond

// callers swaps presented keys for principal assertions.
type callers struct {
	vault vaultinternalv1.VaultInternalServiceClient
	cache *otter.Cache[[sha256.Size]byte, string]
	group singleflight.Group
}

func newCallers(vault vaultinternalv1.VaultInternalServiceClient) *callers {
	return &callers{vault: vault, cache: otter.Must(&otter.Options[[sha256.Size]byte, string]{
		MaximumSize:      10_000,
		ExpiryCalculator: otter.ExpiryWriting[[sha256.Size]byte, string](assertionLife),
	})}
}

// with puts the caller into the context: the holder of key, or a guest.
func (c *callers) with(ctx context.Context, key, visitor string) (context.Context, error) {
	if key == "" {
		return caller.With(ctx, caller.Principal{Kind: caller.Guest, Visitor: visitor}), nil
	}
	assertion, err := c.assert(ctx, key)
	if err != nil {
		return nil, err
	}
	return caller.With(ctx, caller.Principal{Assertion: assertion}), nil
}

func (c *callers) assert(ctx context.Context, key string) (string, error) {
	hash := sha256.Sum256([]byte(key))
	if assertion, ok := c.cache.GetIfPresent(hash); ok {
		return assertion, nil
	}
	// One question per key at a time. The asking is not one caller's: if that one
	// gives up, the others still get their answer.
	answer, err, _ := c.group.Do(string(hash[:]), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		reply, err := c.vault.Authenticate(ctx, &vaultinternalv1.AuthenticateRequest{Key: key})
		if err != nil {
			return "", err
		}
		c.cache.Set(hash, reply.GetAssertion())
		return reply.GetAssertion(), nil
	})
	if err != nil {
		return "", err
	}
	return answer.(string), nil
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
	if !ok || !strings.EqualFold(scheme, "Bearer") || key == "" || len(key) > maxKey {
		return "", errs.Unauthenticated(errorsv1.Reason_REASON_UNAUTHENTICATED, "the Authorization header must be: Bearer <key>")
	}
	return key, nil
}
