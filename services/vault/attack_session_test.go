package vault_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// Many clients have the code of one link. One of them signs in.
func TestAttackRacingCodes(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "S6", "one sign-in link, many exchanges at the same time")
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		for range 5 {
			code := r.link(t, n.ctx)
			var (
				all sync.WaitGroup
				mu  sync.Mutex
				won int
			)
			for range 12 {
				all.Go(func() {
					if _, err := r.exchange(code); err == nil {
						mu.Lock()
						defer mu.Unlock()
						won++
					}
				})
			}
			all.Wait()
			a.Attempt(won == 1, "%d of 12 exchanges won", won)
			_, err := r.exchange(code)
			a.Attempt(err != nil, "the code works again afterwards")
		}
	})
}

// Texts that resemble a token, and tokens of the wrong kind.
func TestAttackLookalikeTokens(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "S7", "keys, sessions and codes in each other's place, changed and cut")
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		gateway := r.asPeer("gateway")
		token, code := r.signIn(t, n.ctx).GetToken(), r.link(t, n.ctx)
		texts := []string{
			n.key.GetKey(), code, token + "a", token[:len(token)-1], strings.ToUpper(token), " " + token, token + "\n", "khs_", "khs_" + token,
			"kh_" + token[4:], "khc_" + token[4:], "kho_" + token[4:], token[:10] + "a" + token[11:], token[:10] + "b" + token[11:], "",
		}
		for _, text := range texts {
			if text == token {
				continue
			}
			_, err := gateway.Authenticate(context.Background(), &vaultinternalv1.AuthenticateRequest{Session: text})
			a.Attempt(err != nil, "%.8s... is a session", text)
		}
		for _, text := range []string{token, code, "kh_" + token[4:], "khs_" + n.key.GetKey()[3:]} {
			_, err := gateway.Authenticate(context.Background(), &vaultinternalv1.AuthenticateRequest{Key: text})
			a.Attempt(err != nil, "%.8s... is a key", text)
			_, err = r.public.Whoami(with(text), &vaultv1.WhoamiRequest{})
			a.Attempt(err != nil, "%.8s... is a key over gRPC", text)
		}
		for _, text := range []string{token, n.key.GetKey(), "khc_" + token[4:]} {
			_, err := r.exchange(text)
			a.Attempt(err != nil, "%.8s... is a code", text)
		}
		_, err := gateway.Authenticate(context.Background(), &vaultinternalv1.AuthenticateRequest{Session: token, Key: n.key.GetKey()})
		a.Attempt(err != nil, "a key and a session together")
		for _, peer := range []string{"runner", "sharing", "registry"} {
			_, err := r.asPeer(peer).Authenticate(context.Background(), &vaultinternalv1.AuthenticateRequest{Session: token})
			a.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_PERMISSION_DENIED, "%s presents a session: %v", peer, err)
		}
		_, err = r.public.CreateSession(n.ctx, &vaultv1.CreateSessionRequest{Code: code})
		a.Attempt(err != nil, "a key and a code together")
		must(t, r.present(token))
	})
}

// No row, log line, audit event or listing contains the text of a session or a code.
func TestAttackTokensAtRest(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "S8", "tokens and codes in the database, the log, the audit log and lists")
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		unused := r.link(t, n.ctx)
		used := r.link(t, n.ctx)
		s, err := r.exchange(used)
		must(t, err)
		must(t, r.present(s.GetToken()))
		list, err := r.public.ListSessions(n.ctx, &vaultv1.ListSessionsRequest{Parent: "workspaces/demo"})
		must(t, err)
		events, err := r.public.ListAuditEvents(n.ctx, &vaultv1.ListAuditEventsRequest{Parent: "workspaces/demo"})
		must(t, err)
		var rows strings.Builder
		for _, query := range []string{`SELECT CAST(hash AS TEXT) || id || title FROM sessions`, `SELECT CAST(hash AS TEXT) || key_id FROM sign_in_codes`} {
			found, err := r.db.QueryContext(t.Context(), query)
			must(t, err)
			for found.Next() {
				var row string
				must(t, found.Scan(&row))
				rows.WriteString(row)
			}
			must(t, found.Err())
			must(t, found.Close())
		}
		for _, text := range []string{unused, used, s.GetToken()} {
			for where, seen := range map[string]string{"lists": fmt.Sprint(list), "audit": fmt.Sprint(events), "rows": rows.String(), "log": string(r.log.Bytes())} {
				a.Attempt(seen != "" && !strings.Contains(seen, text[4:]), "%s: shows %.8s...", where, text)
			}
		}
	})
}

// The other replica learns of the end of a session or of its key.
func TestAttackEndedSessionElsewhere(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "S5", "an ended session at another replica, and at a run that continues")
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		second := r.start(t)
		mine := r.signIn(t, n.ctx)
		doomed, err := r.public.CreateKey(n.ctx, &vaultv1.CreateKeyRequest{Parent: "workspaces/demo"})
		must(t, err)
		others, link := r.signIn(t, with(doomed.GetKey())), r.link(t, with(doomed.GetKey()))
		must(t, second.present(mine.GetToken()))
		must(t, second.present(others.GetToken()))
		_, err = r.public.DeleteSession(n.ctx, &vaultv1.DeleteSessionRequest{Name: mine.GetName()})
		must(t, err)
		_, err = r.public.DeleteKey(n.ctx, &vaultv1.DeleteKeyRequest{Name: doomed.GetName()})
		must(t, err)
		for what, token := range map[string]string{"ended": mine.GetToken(), "of a revoked key": others.GetToken()} {
			eventually(t, 5*time.Second, what, func() bool { return second.present(token) != nil })
			a.Attempt(second.present(token) != nil && r.present(token) != nil, "a session %s works", what)
		}
		_, err = r.exchange(link)
		a.Attempt(err != nil, "a link of a revoked key signs in")
		list, err := r.public.ListSessions(n.ctx, &vaultv1.ListSessionsRequest{Parent: "workspaces/demo"})
		must(t, err)
		a.Attempt(len(list.GetSessions()) == 0, "listed: %v", list)
	})
}

// A session cannot sign anyone in, whatever it requests, and its actions are recorded under
// its name.
func TestAttackSessionMakesSessions(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "S2", "sessions that make sessions, links and keys without a trace")
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		s := r.signIn(t, n.ctx)
		public := vaultv1.NewVaultServiceClient(r.forwarding)
		as := caller.With(context.Background(), r.by(t, s.GetToken()))
		_, err := public.CreateSession(as, &vaultv1.CreateSessionRequest{})
		a.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_PERMISSION_DENIED, "a session makes a session: %v", err)
		_, err = public.CreateSignInLink(as, &vaultv1.CreateSignInLinkRequest{})
		a.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_PERMISSION_DENIED, "a session makes a link: %v", err)
		_, err = public.CreateSession(as, &vaultv1.CreateSessionRequest{Code: r.link(t, n.ctx)})
		a.Attempt(err != nil, "a session exchanges a code")
		_, err = public.CreateKey(as, &vaultv1.CreateKeyRequest{Parent: "workspaces/demo"})
		must(t, err)
		got := r.events(t, n, "key.create")
		a.Attempt(len(got) > 0 && got[0].GetDetails()["session"] == s.GetName(), "the audit log does not name the session: %v", got)
	})
}
