package vault_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
)

// signIn creates a session from a key.
func (r *replica) signIn(t testing.TB, ctx context.Context) *vaultv1.Session {
	t.Helper()
	s, err := r.public.CreateSession(ctx, &vaultv1.CreateSessionRequest{Title: "Firefox"})
	must(t, err)
	return s
}

// present exchanges the token of a session, like the gateway.
func (r *replica) present(token string) error {
	_, err := r.asPeer("gateway").Authenticate(context.Background(), &vaultinternalv1.AuthenticateRequest{Session: token})
	return err
}

// by returns the assertion that the gateway forwards for a session.
func (r *replica) by(t testing.TB, token string) caller.Principal {
	t.Helper()
	res, err := r.asPeer("gateway").Authenticate(context.Background(), &vaultinternalv1.AuthenticateRequest{Session: token})
	must(t, err)
	p, err := rpc.VerifyPrincipal(r.sharing.Verifier(), res.GetAssertion())
	must(t, err)
	return p
}

// link creates a sign-in link and returns its code.
func (r *replica) link(t testing.TB, ctx context.Context) string {
	t.Helper()
	l, err := r.public.CreateSignInLink(ctx, &vaultv1.CreateSignInLinkRequest{})
	must(t, err)
	_, code, ok := strings.Cut(l.GetPath(), "/app/sign-in#code=")
	if !ok {
		t.Fatalf("path %q", l.GetPath())
	}
	return code
}

func (r *replica) exchange(code string) (*vaultv1.Session, error) {
	return r.public.CreateSession(context.Background(), &vaultv1.CreateSessionRequest{Code: code})
}

func TestASessionActsWithItsKey(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		made := r.signIn(t, n.ctx)
		if !strings.HasPrefix(made.GetToken(), "khs_") || len(made.GetToken()) != 36 || made.GetKey() != n.key.GetName() || made.GetTitle() != "Firefox" {
			t.Fatalf("session %v", made)
		}
		p := r.by(t, made.GetToken())
		if p.Kind != caller.Member || p.Key != n.key.GetName() || p.Session != made.GetName() || p.Workspace != "demo" {
			t.Fatalf("principal %v by %q", p, p.Session)
		}
		operator := r.signIn(t, r.asOperator())
		if p := r.by(t, operator.GetToken()); p.Kind != caller.Operator || !strings.HasPrefix(p.Session, "workspaces/operator/sessions/") {
			t.Fatalf("operator %v by %q", p, p.Session)
		}
		list, err := r.public.ListSessions(n.ctx, &vaultv1.ListSessionsRequest{Parent: "workspaces/demo"})
		must(t, err)
		if got := list.GetSessions(); len(got) != 1 || got[0].GetName() != made.GetName() || got[0].GetToken() != "" {
			t.Fatalf("listed %v", got)
		}
		_, err = r.public.DeleteSession(n.ctx, &vaultv1.DeleteSessionRequest{Name: made.GetName()})
		must(t, err)
		refusedWith(t, r.present(made.GetToken()), unauthenticated, codes.Unauthenticated)
		_, err = r.public.DeleteSession(n.ctx, &vaultv1.DeleteSessionRequest{Name: made.GetName()})
		refusedWith(t, err, errorsv1.Reason_REASON_NOT_FOUND, codes.NotFound)
		must(t, r.present(operator.GetToken()))
		for action, want := range map[string]int{"session.create": 1, "session.end": 1} {
			if got := r.events(t, n, action); len(got) != want || got[0].GetResource() != made.GetName() || got[0].GetActor() != n.key.GetName() {
				t.Errorf("%s: %v", action, got)
			}
		}
	})
}

// A session ends 12 hours after its last use, and 30 days after its creation.
func TestASessionExpires(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		idle, used := r.signIn(t, n.ctx), r.signIn(t, n.ctx)
		pass := func(d time.Duration) { r.offset.Add(int64(d)) }
		pass(11 * time.Hour)
		must(t, r.present(used.GetToken()))
		pass(90 * time.Minute)
		refusedWith(t, r.present(idle.GetToken()), unauthenticated, codes.Unauthenticated)
		for passed := 12*time.Hour + 30*time.Minute; passed < 30*24*time.Hour-11*time.Hour; passed += 11 * time.Hour {
			must(t, r.present(used.GetToken()))
			pass(11 * time.Hour)
		}
		must(t, r.present(used.GetToken()))
		pass(11 * time.Hour)
		refusedWith(t, r.present(used.GetToken()), unauthenticated, codes.Unauthenticated)
		list, err := r.public.ListSessions(n.ctx, &vaultv1.ListSessionsRequest{Parent: "workspaces/demo"})
		must(t, err)
		if len(list.GetSessions()) != 0 {
			t.Errorf("expired sessions are listed: %v", list)
		}
	})
}

func TestASignInLinkWorksOnce(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		code := r.link(t, n.ctx)
		s, err := r.exchange(code)
		must(t, err)
		if s.GetKey() != n.key.GetName() {
			t.Fatalf("the link signs in with %s", s.GetKey())
		}
		_, err = r.exchange(code)
		refusedWith(t, err, unauthenticated, codes.Unauthenticated)
		late := r.link(t, n.ctx)
		r.offset.Add(int64(10 * time.Minute))
		_, err = r.exchange(late)
		refusedWith(t, err, unauthenticated, codes.Unauthenticated)
		if got := r.events(t, n, "session.link"); len(got) != 2 || got[0].GetResource() != n.key.GetName() {
			t.Errorf("events of links: %v", got)
		}
		if got := r.events(t, n, "session.create"); len(got) != 1 || got[0].GetActor() != n.key.GetName() || got[0].GetDetails()["by"] != "sign-in link" {
			t.Errorf("events of sign-ins: %v", got)
		}
	})
}
