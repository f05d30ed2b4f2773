package vault_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// commandLine is a command line that waits for an approval.
type commandLine struct{ verifier, challenge string }

func newCommandLine() commandLine {
	verifier := strings.Repeat(rand.Text(), 2)
	sum := sha256.Sum256([]byte(verifier))
	return commandLine{verifier, base64.RawURLEncoding.EncodeToString(sum[:])}
}

func (r *replica) take(code, verifier string) (*vaultv1.Session, error) {
	return r.public.CreateSession(context.Background(), &vaultv1.CreateSessionRequest{Code: code, Verifier: verifier, Title: "keyhole CLI"})
}

// TestAttackApprovedLogin tries to get a session with an approval that a signed-in person
// gave to a command line, and to keep one beyond the session that approved it.
func TestAttackApprovedLogin(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "S11", "approvals of command lines: stolen, repeated, late, and after the end of the browser's session")
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		public := vaultv1.NewVaultServiceClient(r.forwarding)
		browser := r.signIn(t, n.ctx)
		as := caller.With(context.Background(), r.by(t, browser.GetToken()))
		mine := newCommandLine()
		approve := func() string {
			got, err := public.ApproveLogin(as, &vaultv1.ApproveLoginRequest{Challenge: mine.challenge})
			must(t, err)
			return got.GetCode()
		}
		code := approve()
		for what, verifier := range map[string]string{"none": "", "another's": newCommandLine().verifier, "the challenge": mine.challenge, "one that is cut": mine.verifier[:43]} {
			_, err := r.take(code, verifier)
			a.Attempt(err != nil, "a stolen code works with %s for a secret", what)
		}
		link := r.link(t, n.ctx)
		_, err := r.take(link, mine.verifier)
		a.Attempt(err != nil, "a sign-in link works as an approval")
		made, err := r.take(code, mine.verifier)
		must(t, err)
		if made.GetParent() != browser.GetName() || made.GetKey() != browser.GetKey() || r.present(made.GetToken()) != nil {
			t.Fatalf("approved %v by %v", made, browser)
		}
		_, err = r.take(code, mine.verifier)
		a.Attempt(err != nil, "an approval works twice")

		child := caller.With(context.Background(), r.by(t, made.GetToken()))
		for who, ctx := range map[string]context.Context{"an approved session": child, "a key": n.ctx, "a guest": context.Background()} {
			client := public
			if who == "a key" {
				client = r.public
			}
			_, err := client.ApproveLogin(ctx, &vaultv1.ApproveLoginRequest{Challenge: mine.challenge})
			a.Attempt(err != nil, "%s approves", who)
		}
		late := approve()
		r.offset.Add(int64(5 * time.Minute))
		_, err = r.take(late, mine.verifier)
		a.Attempt(err != nil, "an approval works after five minutes")

		unused := approve()
		_, err = r.public.DeleteSession(n.ctx, &vaultv1.DeleteSessionRequest{Name: browser.GetName()})
		must(t, err)
		eventually(t, 5*time.Second, "the end of the approved session", func() bool { return r.present(made.GetToken()) != nil })
		a.Attempt(r.present(made.GetToken()) != nil, "the approved session outlives the browser's")
		_, err = r.take(unused, mine.verifier)
		a.Attempt(err != nil, "an approval works after the end of the session that gave it")
		if got := r.events(t, n, "session.end"); len(got) != 2 {
			t.Errorf("the audit log: %v", got)
		}
	})
}

// An approved session lives no longer than the one that approved it could.
func TestAnApprovedSessionEndsInTime(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		public := vaultv1.NewVaultServiceClient(r.forwarding)
		browser := r.signIn(t, n.ctx)
		as := caller.With(context.Background(), r.by(t, browser.GetToken()))
		for range 59 { // 29.5 days of use
			r.offset.Add(int64(12*time.Hour - time.Minute))
			must(t, r.present(browser.GetToken()))
		}
		line := newCommandLine()
		got, err := public.ApproveLogin(as, &vaultv1.ApproveLoginRequest{Challenge: line.challenge})
		must(t, err)
		made, err := r.take(got.GetCode(), line.verifier)
		must(t, err)
		if last := browser.GetCreateTime().AsTime().Add(30 * 24 * time.Hour); made.GetExpireTime().AsTime().After(last.Add(time.Second)) {
			t.Errorf("the approved session ends at %s, the other at %s at the latest", made.GetExpireTime().AsTime(), last)
		}
	})
}

// A person who ends a session gets a list of the keys that it made, directly or through its keys
// and approved command lines, and can revoke them with it. Other keys stay.
func TestAttackKeysThatASessionLeftBehind(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "S12", "keys that a stolen session leaves behind")
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		public := vaultv1.NewVaultServiceClient(r.forwarding)
		key := func(client vaultv1.VaultServiceClient, ctx context.Context, title string) *vaultv1.Key {
			k, err := client.CreateKey(ctx, &vaultv1.CreateKeyRequest{Parent: "workspaces/demo", Key: &vaultv1.Key{Title: title}})
			must(t, err)
			return k
		}
		stolen, other := r.signIn(t, n.ctx), r.signIn(t, n.ctx)
		as := caller.With(context.Background(), r.by(t, stolen.GetToken()))
		line := newCommandLine()
		got, err := public.ApproveLogin(as, &vaultv1.ApproveLoginRequest{Challenge: line.challenge})
		must(t, err)
		child, err := r.take(got.GetCode(), line.verifier)
		must(t, err)
		first := key(public, as, "first")
		second := key(r.public, with(first.GetKey()), "second")
		third := key(public, caller.With(context.Background(), r.by(t, child.GetToken())), "third")
		kept := key(public, caller.With(context.Background(), r.by(t, other.GetToken())), "kept")
		titles := func(list []*vaultv1.Key) string {
			var all []string
			for _, k := range list {
				all = append(all, k.GetTitle())
				a.Attempt(k.GetKey() == "", "the list has the text of a key")
			}
			return strings.Join(all, " ")
		}
		sessions, err := r.public.ListSessions(n.ctx, &vaultv1.ListSessionsRequest{Parent: "workspaces/demo"})
		must(t, err)
		for _, s := range sessions.GetSessions() {
			want := map[string]string{stolen.GetName(): "first second third", other.GetName(): "kept", child.GetName(): "third"}[s.GetName()]
			if got := titles(s.GetMadeKeys()); got != want {
				t.Errorf("%s made %q, want %q", s.GetName(), got, want)
			}
		}
		ofFirst := caller.With(context.Background(), r.identify(t, first.GetKey()))
		_, err = r.public.DeleteSession(n.ctx, &vaultv1.DeleteSessionRequest{Name: child.GetName()}) // a thief hides the trace
		must(t, err)
		ended, err := r.public.DeleteSession(n.ctx, &vaultv1.DeleteSessionRequest{Name: stolen.GetName(), RevokeKeys: true})
		must(t, err)
		// Another replica may know the session and its keys for a second.
		for who, ctx := range map[string]context.Context{"session that has ended": as, "key that was revoked": ofFirst} {
			_, err := public.CreateKey(ctx, &vaultv1.CreateKeyRequest{Parent: "workspaces/demo", Key: &vaultv1.Key{Title: "late"}})
			a.Attempt(err != nil, "a %s makes a key", who)
		}
		if got := titles(ended.GetMadeKeys()); got != "first second third" {
			t.Errorf("with the session went %q", got)
		}
		for _, k := range []*vaultv1.Key{first, second, third} {
			eventually(t, 5*time.Second, "the end of a key", func() bool { _, err := r.public.Whoami(with(k.GetKey()), &vaultv1.WhoamiRequest{}); return err != nil })
			_, err := r.public.Whoami(with(k.GetKey()), &vaultv1.WhoamiRequest{})
			a.Attempt(err != nil, "the key %s still works", k.GetTitle())
		}
		_, err = r.public.Whoami(with(kept.GetKey()), &vaultv1.WhoamiRequest{})
		must(t, err)
		if got := r.events(t, n, "key.revoke"); len(got) != 3 || got[0].GetDetails()["with"] == "" {
			t.Errorf("the audit log: %v", got)
		}
		ended, err = r.public.DeleteSession(n.ctx, &vaultv1.DeleteSessionRequest{Name: other.GetName()})
		must(t, err)
		_, err = r.public.Whoami(with(kept.GetKey()), &vaultv1.WhoamiRequest{})
		if titles(ended.GetMadeKeys()) != "kept" || err != nil {
			t.Errorf("without revoke_keys: %v, %v", ended, err)
		}
	})
}

// Editors and viewers end their own sessions. They get no list of keys and revoke none.
func TestAttackOthersKeysThroughASession(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "S12", "keys of others, named or revoked by who is no owner")
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		owners := r.signIn(t, n.ctx)
		for _, role := range []vaultv1.PersonRole{vaultv1.PersonRole_PERSON_ROLE_VIEWER, vaultv1.PersonRole_PERSON_ROLE_EDITOR} {
			who := r.join(t, n.ctx, "demo", role)
			own := r.signIn(t, who.ctx)
			for _, name := range []string{owners.GetName(), own.GetName()} {
				_, err := r.public.DeleteSession(who.ctx, &vaultv1.DeleteSessionRequest{Name: name, RevokeKeys: true})
				a.Attempt(err != nil, "%v revokes the keys of %s", role, name)
			}
			got, err := r.public.ListSessions(who.ctx, &vaultv1.ListSessionsRequest{Parent: "workspaces/demo"})
			must(t, err)
			for _, s := range got.GetSessions() {
				a.Attempt(len(s.GetMadeKeys()) == 0 && s.GetName() != owners.GetName(), "%v learns of %v", role, s)
			}
			ended, err := r.public.DeleteSession(who.ctx, &vaultv1.DeleteSessionRequest{Name: own.GetName()})
			must(t, err)
			a.Attempt(len(ended.GetMadeKeys()) == 0, "%v learns of keys at the end of a session", role)
		}
		must(t, r.present(owners.GetToken()))
	})
}
