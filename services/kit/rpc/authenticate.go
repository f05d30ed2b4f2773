package rpc

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/maypok86/otter/v2"
	"golang.org/x/sync/singleflight"
	"google.golang.org/grpc"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

const (
	// authenticationLife is how long the vault's answer for a key is used, counted from the
	// request. A revoked key must stop working everywhere within a second. This cache and the
	// vault's own share that time.
	authenticationLife = 400 * time.Millisecond
	// askTimeout bounds a request to the vault whose first caller has left.
	askTimeout = 5 * time.Second
)

// Authenticator authenticates keys at the vault, for the Authenticate of a public
// endpoint. conn is a connection to the vault's internal endpoint.
func Authenticator(conn grpc.ClientConnInterface, verifier *identity.Verifier) func(context.Context, secret.Secret) (caller.Principal, error) {
	return newAuthenticator(conn, verifier, func(key string) *vaultinternalv1.AuthenticateRequest {
		return &vaultinternalv1.AuthenticateRequest{Key: key}
	})
}

// SessionAuthenticator authenticates sessions. It refuses keys, and Authenticator refuses
// sessions. Only the gateway may use it.
func SessionAuthenticator(conn grpc.ClientConnInterface, verifier *identity.Verifier) func(context.Context, secret.Secret) (caller.Principal, error) {
	return newAuthenticator(conn, verifier, func(token string) *vaultinternalv1.AuthenticateRequest {
		return &vaultinternalv1.AuthenticateRequest{Session: token}
	})
}

func newAuthenticator(conn grpc.ClientConnInterface, verifier *identity.Verifier, request func(string) *vaultinternalv1.AuthenticateRequest) func(context.Context, secret.Secret) (caller.Principal, error) {
	a := &authenticator{
		vault: vaultinternalv1.NewVaultInternalServiceClient(conn), verifier: verifier, request: request,
		cache: otter.Must(&otter.Options[[sha256.Size]byte, authenticated]{
			MaximumSize:      10_000,
			ExpiryCalculator: otter.ExpiryWriting[[sha256.Size]byte, authenticated](authenticationLife),
		}),
	}
	return a.authenticate
}

type authenticator struct {
	vault    vaultinternalv1.VaultInternalServiceClient
	verifier *identity.Verifier
	request  func(presented string) *vaultinternalv1.AuthenticateRequest
	cache    *otter.Cache[[sha256.Size]byte, authenticated]
	// asking joins callers that present the same key at the same time: a client that starts
	// many calls costs the vault one request.
	asking singleflight.Group
}

// authenticated is an answer of the vault, with the time of the request. Nobody knows when
// the vault read the key between the two, so the age counts from the request.
type authenticated struct {
	principal caller.Principal
	asked     time.Time
}

// young reports whether a caller that asked at a time may use the answer.
func (a authenticated) young(at time.Time) bool { return at.Sub(a.asked) < authenticationLife }

func (a *authenticator) authenticate(ctx context.Context, key secret.Secret) (caller.Principal, error) {
	hash, now := sha256.Sum256(key.Expose()), time.Now()
	if known, ok := a.cache.GetIfPresent(hash); ok && known.young(now) {
		return known.principal, nil
	}
	for {
		select {
		case <-ctx.Done():
			return caller.Principal{}, fmt.Errorf("wait for the vault: %w", ctx.Err())
		case r := <-a.share(ctx, hash, key):
			got, _ := r.Val.(authenticated)
			if r.Err != nil || got.young(now) {
				return got.principal, r.Err
			}
			// This caller joined a slow request, whose answer may be from before a
			// revocation. The request is over, so the next one is new.
		}
	}
}

// share asks the vault once for all callers that wait for the same key. So the end of one
// caller must not cancel the request.
func (a *authenticator) share(ctx context.Context, hash [sha256.Size]byte, key secret.Secret) <-chan singleflight.Result {
	return a.asking.DoChan(string(hash[:]), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askTimeout)
		defer cancel()
		got := authenticated{asked: time.Now()}
		var err error
		if got.principal, err = a.ask(ctx, key); err == nil {
			a.cache.Set(hash, got)
		}
		return got, err
	})
}

func (a *authenticator) ask(ctx context.Context, key secret.Secret) (caller.Principal, error) {
	reply, err := a.vault.Authenticate(ctx, a.request(string(key.Expose())))
	if err != nil {
		return caller.Principal{}, fmt.Errorf("authenticate with the vault: %w", err)
	}
	return VerifyPrincipal(a.verifier, reply.GetAssertion())
}
