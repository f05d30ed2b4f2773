package rpc_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// vault knows one key until it is revoked.
type vault struct {
	vaultinternalv1.UnimplementedVaultInternalServiceServer
	id      *identity.Identity
	asked   atomic.Int32
	revoked atomic.Bool
	hold    chan struct{}
}

func (v *vault) Authenticate(_ context.Context, req *vaultinternalv1.AuthenticateRequest) (*vaultinternalv1.AuthenticateResponse, error) {
	v.asked.Add(1)
	if v.hold != nil {
		<-v.hold
	}
	if req.GetKey() != "kh_demo" || v.revoked.Load() {
		return nil, errs.Unauthenticated("no such key")
	}
	token, err := rpc.NewAssertion(keys["kh_demo"], time.Now(), time.Minute).Sign(v.id)
	return &vaultinternalv1.AuthenticateResponse{Assertion: token}, err
}

func serveVault(t *testing.T, serve vaultinternalv1.VaultInternalServiceServer, v *vault) func(context.Context, secret.Secret) (caller.Principal, error) {
	t.Helper()
	v.id = testkit.Identity(t, testkit.Authority(t), "vault")
	s, err := rpc.NewServer(rpc.ServerConfig{Endpoint: rpc.Internal, Identity: v.id, Logger: silence(t)})
	if err != nil {
		t.Fatal(err)
	}
	vaultinternalv1.RegisterVaultInternalServiceServer(s, serve)
	pipe := rpc.NewPipe()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, pipe.Listener()) }()
	t.Cleanup(func() { cancel(); <-done })
	return rpc.Authenticator(dial(t, pipe, "registry"), v.id.Verifier())
}

func TestAuthenticator(t *testing.T) {
	t.Parallel()
	v := &vault{}
	ask := serveVault(t, v, v)
	for range 10 {
		p, err := ask(t.Context(), secret.FromString("kh_demo"))
		if err != nil || p.Workspace != "demo" || p.Assertion == "" {
			t.Fatalf("%+v, %v", p, err)
		}
	}
	if n := v.asked.Load(); n > 2 {
		t.Errorf("the vault was asked %d times for one key", n)
	}
	before := v.asked.Load()
	for range 3 {
		if _, err := ask(t.Context(), secret.FromString("kh_wrong")); errs.CodeOf(err) != codes.Unauthenticated {
			t.Errorf("a wrong key: %v", err)
		}
	}
	if n := v.asked.Load() - before; n != 3 {
		t.Errorf("refusals are kept: %d questions for 3 tries", n)
	}
	v.revoked.Store(true)
	start := time.Now()
	for {
		_, err := ask(t.Context(), secret.FromString("kh_demo"))
		if errs.CodeOf(err) == codes.Unauthenticated {
			break
		}
		if time.Since(start) > time.Second {
			t.Fatal("a revoked key is still good after a second")
		}
		time.Sleep(10 * time.Millisecond) // the cache's life is real time
	}
}

func TestAuthenticatorAsksOnceForAll(t *testing.T) {
	t.Parallel()
	v := &vault{hold: make(chan struct{})}
	ask := serveVault(t, v, v)
	impatient, giveUp := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() { _, err := ask(impatient, secret.FromString("kh_demo")); first <- err }()
	for v.asked.Load() == 0 {
		time.Sleep(time.Millisecond) // until the request has been sent
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := ask(t.Context(), secret.FromString("kh_demo")); err != nil {
				t.Error(err)
			}
		})
	}
	giveUp()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("who gave up: %v", err)
	}
	close(v.hold)
	wg.Wait()
	if n := v.asked.Load(); n != 1 {
		t.Errorf("%d questions", n)
	}
}

// slowVault reads a key and answers later. Its answers say what it read.
type slowVault struct {
	vault
	answer chan struct{}
}

func (v *slowVault) Authenticate(ctx context.Context, req *vaultinternalv1.AuthenticateRequest) (*vaultinternalv1.AuthenticateResponse, error) {
	reply, err := v.vault.Authenticate(ctx, req)
	<-v.answer
	return reply, err
}

// A key that is revoked while the vault answers slowly does not live longer than any other.
func TestASlowAnswerGrantsNothingLater(t *testing.T) {
	t.Parallel()
	v := &slowVault{answer: make(chan struct{})}
	ask := serveVault(t, v, &v.vault)
	first := make(chan error, 1)
	go func() { _, err := ask(t.Context(), secret.FromString("kh_demo")); first <- err }()
	for v.asked.Load() == 0 {
		time.Sleep(time.Millisecond) // until the key has been read
	}
	v.revoked.Store(true)
	time.Sleep(rpc.AuthenticationLife) // the life of answers is real time
	second := make(chan error, 1)
	go func() { _, err := ask(t.Context(), secret.FromString("kh_demo")); second <- err }()
	close(v.answer)
	if err := <-first; err != nil {
		t.Errorf("the caller from before the revocation: %v", err)
	}
	if err := <-second; errs.CodeOf(err) != codes.Unauthenticated {
		t.Errorf("a caller that asked long after the revocation got %v", err)
	}
	if _, err := ask(t.Context(), secret.FromString("kh_demo")); errs.CodeOf(err) != codes.Unauthenticated {
		t.Errorf("the next caller got %v", err)
	}
}
