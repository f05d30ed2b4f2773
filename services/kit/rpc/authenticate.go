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

// authenticationLife is how long the vault's answer for a key is cached. A revoked key must
// stop working everywhere within a second. This cache and the vault's own share that time.
const authenticationLife = 400 * time.Millisecond

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
		cache: otter.Must(&otter.Options[[sha256.Size]byte, caller.Principal]{
			MaximumSize:      10_000,
			ExpiryCalculator: otter.ExpiryWriting[[sha256.Size]byte, caller.Principal](authenticationLife),
		}),
	}
	return a.authenticate
}

type authenticator struct {
	vault    vaultinternalv1.VaultInternalServiceClient
	verifier *identity.Verifier
	request  func(presented string) *vaultinternalv1.AuthenticateRequest
	cache    *otter.Cache[[sha256.Size]byte, caller.Principal]
	asking   singleflight.Group
}

func (a *authenticator) authenticate(ctx context.Context, key secret.Secret) (caller.Principal, error) {
	hash := sha256.Sum256(key.Expose())
	if p, ok := a.cache.GetIfPresent(hash); ok {
		return p, nil
	}
	// All callers that wait share one request, so one caller's cancellation must not
	// cancel it.
	answer := a.asking.DoChan(string(hash[:]), func() (any, error) {
		ask, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		p, err := a.ask(ask, key)
		if err == nil {
			a.cache.Set(hash, p)
		}
		return p, err
	})
	select {
	case <-ctx.Done():
		return caller.Principal{}, fmt.Errorf("wait for the vault: %w", ctx.Err())
	case r := <-answer:
		p, _ := r.Val.(caller.Principal)
		return p, r.Err
	}
}

func (a *authenticator) ask(ctx context.Context, key secret.Secret) (caller.Principal, error) {
	reply, err := a.vault.Authenticate(ctx, a.request(string(key.Expose())))
	if err != nil {
		return caller.Principal{}, fmt.Errorf("authenticate with the vault: %w", err)
	}
	return VerifyPrincipal(a.verifier, reply.GetAssertion())
}
