package sharing_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

const gatePassword = "correct horse battery"

// gatedLink is a link with a gate, and what its visitors have.
type gatedLink struct {
	*harness
	share *sharingv1.Share
	runs  int
}

func gated(s *harness, id string, g *sharingv1.Gate) *gatedLink {
	s.t.Helper()
	s.workflow("acme", id, strings.Replace(plainWorkflow, "hello", "behind-the-gate", 1))
	return &gatedLink{harness: s, share: s.share("acme", id, &sharingv1.Share{Gate: g})}
}

// unlock returns the pass that a caller gets for the password.
func (l *gatedLink) unlock(ctx context.Context, password string) (string, error) {
	out, err := l.api.UnlockSharedWorkflow(ctx, &sharingv1.UnlockSharedWorkflowRequest{Token: l.share.GetToken(), Password: password})
	return out.GetPass(), err
}

// showing returns a context whose caller shows a pass.
func showing(ctx context.Context, pass string) context.Context {
	p := caller.From(ctx)
	p.Pass = pass
	return caller.With(ctx, p)
}

// entries are all ways from a visitor to a link. Everything over HTTP goes through one of them.
func (l *gatedLink) entries(token string) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"view": func(ctx context.Context) error {
			_, err := l.api.GetSharedWorkflow(ctx, &sharingv1.GetSharedWorkflowRequest{Token: token})
			return err
		},
		"watch": func(ctx context.Context) error {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			stream, err := l.api.WatchSharedWorkflow(ctx, &sharingv1.WatchSharedWorkflowRequest{Token: token})
			if err == nil {
				_, err = stream.Recv()
			}
			return err
		},
		"run": func(ctx context.Context) error {
			l.runs++
			_, err := l.preview(ctx, token, fmt.Sprintf("%s-%d", l.share.GetName()[len("workspaces/acme/workflows/"):][:4], l.runs))
			return err
		},
		"fork": func(ctx context.Context) error {
			_, err := l.api.ForkSharedWorkflow(ctx, &sharingv1.ForkSharedWorkflowRequest{
				Token: token, Parent: "workspaces/" + caller.From(ctx).Workspace, ValidateOnly: true,
			})
			return err
		},
	}
}

const (
	opens    = errorsv1.Reason_REASON_UNSPECIFIED
	isGated  = errorsv1.Reason_REASON_GATE_REQUIRED
	isPaused = errorsv1.Reason_REASON_SHARE_PAUSED
	isGone   = errorsv1.Reason_REASON_NOT_FOUND
)

// TestAttackGates multiplies gates, entries and states. A caller who has not passed the gate learns
// the title and what the gate asks for, and nothing else. TestAttackGatesOverHTTP does the same with the
// entries of the gateway.
func TestAttackGates(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A8", "links with a gate, without what the gate asks for")
	gates := map[string]struct {
		gate *sharingv1.Gate
		asks string
		pass bool // what the gate asks for is in a pass, which ends
	}{
		"pass": {&sharingv1.Gate{Password: gatePassword}, "password", true},
		"memb": {&sharingv1.Gate{Workspaces: []string{"workspaces/visitor"}}, "membership", false},
		"both": {&sharingv1.Gate{Password: gatePassword, Workspaces: []string{"workspaces/visitor"}}, "password,membership", true},
	}
	on(t, func(t *testing.T, s *harness) {
		for id, g := range gates {
			l := gated(s, id, g.gate)
			visitor, stranger := s.member("visitor"), s.member("stranger")
			if g.pass {
				pass, err := l.unlock(visitor, gatePassword)
				must(t, err)
				visitor = showing(visitor, pass)
				wrong := pass[:len(pass)-1] + map[bool]string{true: "A", false: "B"}[pass[len(pass)-1] != 'A']
				if id == "both" {
					wrong = pass // of a member; its thief is none
				}
				stranger = showing(stranger, wrong)
			}
			cell := func(state, token string, ctx context.Context, want map[string]errorsv1.Reason) {
				for entry, do := range l.entries(token) {
					expected, special := want[entry]
					if !special {
						expected = want[""]
					}
					err := do(ctx)
					a.Attempt(errs.ReasonOf(err) == expected && (err == nil) == (expected == opens), "%s, %s, %s: %v, want %v", id, entry, state, err, expected)
					if expected == isGated {
						l.saysOnly(t, err, "The "+id, g.asks)
					}
				}
			}
			all := func(r errorsv1.Reason) map[string]errorsv1.Reason { return map[string]errorsv1.Reason{"": r} }
			ended, stopped := all(isGated), all(isGated)
			if !g.pass {
				ended, stopped = all(opens), map[string]errorsv1.Reason{"run": isPaused}
			}
			token := l.share.GetToken()
			cell("right", token, visitor, all(opens))
			cell("none", token, s.member("stranger"), all(isGated))
			cell("wrong", token, stranger, all(isGated))
			s.clock.advance(13 * time.Hour)
			cell("expired", token, visitor, ended)
			s.clock.advance(-13 * time.Hour)
			cell("right again", token, visitor, all(opens))
			_, err := s.api.PauseShare(s.member("acme"), &sharingv1.PauseShareRequest{Name: l.share.GetName()})
			must(t, err)
			cell("paused", token, visitor, stopped)
			cell("paused, and none", token, s.member("stranger"), all(isGated))
			_, err = s.api.ResumeShare(s.member("acme"), &sharingv1.ResumeShareRequest{Name: l.share.GetName()})
			must(t, err)
			cell("resumed", token, visitor, ended)
			if g.pass {
				pass, err := l.unlock(s.member("visitor"), gatePassword)
				must(t, err)
				visitor = showing(visitor, pass)
				cell("passed again", token, visitor, all(opens))
			}
			rotated, err := s.api.RotateShare(s.member("acme"), &sharingv1.RotateShareRequest{Name: l.share.GetName()})
			must(t, err)
			cell("rotated", token, visitor, all(isGone))
			cell("rotated, at the new link", rotated.GetToken(), visitor, ended)
			cell("the owner", rotated.GetToken(), s.member("acme"), all(opens))
		}
	})
}

// saysOnly checks that an answer has the title and what the gate asks for.
func (l *gatedLink) saysOnly(t *testing.T, err error, title, asks string) {
	t.Helper()
	said := errs.From(err)
	if want := map[string]string{"title": title, "asks": asks}; !maps.Equal(said.Metadata(), want) {
		t.Errorf("before the gate: %v, want %v", said.Metadata(), want)
	}
	if text := fmt.Sprint(err, said.Metadata()); strings.Contains(text, "behind-the-gate") || strings.Contains(text, "visitor") {
		t.Errorf("the gate tells %s", text)
	}
}

// TestAttackPasses shows passes where they are worth nothing: at another link, after the gate has
// changed, after it was taken away and set again, and with another claim inside.
func TestAttackPasses(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A8", "passes where they are worth nothing")
	on(t, func(t *testing.T, s *harness) {
		l, other := gated(s, "one", &sharingv1.Gate{Password: gatePassword}), gated(s, "other", &sharingv1.Gate{Password: gatePassword})
		guest := s.guest("g")
		pass, err := l.unlock(guest, gatePassword)
		must(t, err)
		tried := func(where string, l *gatedLink, pass string) {
			_, err := l.api.GetSharedWorkflow(showing(guest, pass), &sharingv1.GetSharedWorkflowRequest{Token: l.share.GetToken()})
			a.Attempt(errs.ReasonOf(err) == isGated, "%s: %v", where, err)
		}
		tried("another link", other, pass)
		for i := range len(pass) - 4 {
			bent := []byte(pass)
			bent[4+i] = map[bool]byte{true: 'B', false: 'A'}[bent[4+i] == 'A']
			if string(bent) != pass {
				tried("a changed pass", l, string(bent))
			}
		}
		for _, text := range []string{"khp_", "khp_AAAA", strings.ToUpper(pass), pass + "A", pass[4:], "kh_" + pass[4:], pass + " "} {
			tried("no pass", l, text)
		}
		change := func(g *sharingv1.Gate, paths ...string) {
			_, err := s.update(&sharingv1.Share{Name: l.share.GetName(), Gate: g}, paths...)
			must(t, err)
			s.settle()
		}
		change(&sharingv1.Gate{Password: gatePassword}, "gate.password") // the same, again
		tried("a new password", l, pass)
		if pass, err = l.unlock(guest, gatePassword); err != nil {
			t.Fatal(err)
		}
		change(nil, "gate")
		change(&sharingv1.Gate{Password: gatePassword}, "gate")
		tried("a gate that was taken away and set again", l, pass)
	})
}

// TestAttackWrongPasswords guesses from one address, which has few tries, while others pass.
func TestAttackWrongPasswords(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A8", "guesses at the password of a link")
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	l, other := gated(s, "one", &sharingv1.Gate{Password: gatePassword}), gated(s, "two", &sharingv1.Gate{Password: gatePassword})
	guesser := s.guest("guesser")
	last, limited := "", false
	for i := 0; i < 200 && !limited; i++ { // the tries come back with time, so their number depends on the machine
		guess := fmt.Sprintf("wrong password %d", i)
		_, err := l.unlock(guesser, guess)
		if limited = errs.ReasonOf(err) == errorsv1.Reason_REASON_RATE_LIMITED; !limited {
			a.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_GATE_REFUSED, "guess %d: %v", i, err)
			last = guess
		}
	}
	a.Attempt(limited, "one address tries 200 passwords")
	for range 30 { // a password that is wrong twice costs nothing the second time, and opens nothing
		_, err := l.unlock(guesser, last)
		a.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_GATE_REFUSED, "the same guess: %v", err)
	}
	if _, err := l.unlock(s.guest("another"), gatePassword); err != nil {
		t.Errorf("another address: %v", err)
	}
	if _, err := other.unlock(guesser, gatePassword); err != nil {
		t.Errorf("the same address at another link: %v", err)
	}
	var stored string
	must(t, s.db.QueryRowContext(t.Context(), `SELECT gate FROM shares WHERE uid <> '' ORDER BY create_time LIMIT 1`).Scan(&stored))
	if !strings.Contains(stored, "$argon2id$v=19$m=19456,t=2,p=1$") || strings.Contains(stored, gatePassword) {
		t.Errorf("the row has %q", stored)
	}
}

// A changed gate ends the runs of visitors who passed the old one, on every replica, and no run of
// the owner.
func TestAChangedGateEndsRuns(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		l := gated(s, "one", &sharingv1.Gate{Password: gatePassword})
		pass, err := l.unlock(s.guest("g"), gatePassword)
		must(t, err)
		second := s.replica(s.openDB(), s.openSameRedis())
		must(t, errOf(s.preview(showing(s.guest("g"), pass), l.share.GetToken(), "visitors")))
		must(t, errOf(s.preview(s.member("acme"), l.share.GetToken(), "owners")))
		_, err = s.update(&sharingv1.Share{Name: l.share.GetName(), Gate: &sharingv1.Gate{PasswordRequired: true, Workspaces: []string{"workspaces/visitor"}}}, "gate")
		must(t, err)
		s.settle()
		_, err = second.api.GetSharedWorkflow(showing(s.guest("g"), pass), &sharingv1.GetSharedWorkflowRequest{Token: l.share.GetToken()})
		refused(t, err, isGated)
		out, err := second.runner.RenewRuns(context.Background(), &sharinginternalv1.RenewRunsRequest{Runs: []string{"visitors", "owners"}})
		must(t, err)
		if len(out.GetEnded()) != 1 || out.GetEnded()[0].GetRun() != "visitors" || !strings.Contains(out.GetEnded()[0].GetMessage(), "gate") {
			t.Errorf("ended are %v", out.GetEnded())
		}
	})
}

func errOf[T any](_ T, err error) error { return err }

// Owners read a share, edit it and send all of it back: the password stays.
func TestSettingsOfAGate(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		l := gated(s, "one", &sharingv1.Gate{Password: gatePassword, Workspaces: []string{"workspaces/b", "workspaces/a", "workspaces/a"}})
		g := l.share.GetGate()
		if g.GetPassword() != "" || !g.GetPasswordRequired() || !slices.Equal(g.GetWorkspaces(), []string{"workspaces/a", "workspaces/b"}) {
			t.Errorf("the gate is %v", g)
		}
		l.share.Title = "new"
		got, err := s.update(l.share, "*")
		must(t, err)
		if !got.GetGate().GetPasswordRequired() || len(got.GetGate().GetWorkspaces()) != 2 {
			t.Errorf("the gate has become %v", got.GetGate())
		}
		got, err = s.update(&sharingv1.Share{Name: l.share.GetName(), Gate: &sharingv1.Gate{}}, "gate.workspaces")
		must(t, err)
		if !got.GetGate().GetPasswordRequired() || len(got.GetGate().GetWorkspaces()) != 0 {
			t.Errorf("without workspaces it is %v", got.GetGate())
		}
		if _, err := l.unlock(s.guest("g"), gatePassword); err != nil {
			t.Errorf("the password is another: %v", err)
		}
		for name, bad := range map[string]*sharingv1.Gate{
			"short": {Password: "7 chars"}, "names": {Workspaces: []string{"acme"}},
		} {
			_, err := s.update(&sharingv1.Share{Name: l.share.GetName(), Gate: bad}, "gate")
			refused(t, err, errorsv1.Reason_REASON_INVALID_REQUEST)
			if err == nil {
				t.Error(name)
			}
		}
		_, err = s.update(&sharingv1.Share{Name: l.share.GetName(), Title: "a client from before gates"}, "*")
		refused(t, err, errorsv1.Reason_REASON_INVALID_REQUEST)
		got, err = s.update(&sharingv1.Share{Name: l.share.GetName()}, "gate")
		must(t, err)
		if got.GetGate() != nil {
			t.Errorf("a gate that was taken away is %v", got.GetGate())
		}
		_, err = s.update(&sharingv1.Share{Name: l.share.GetName(), Gate: &sharingv1.Gate{PasswordRequired: true}}, "gate")
		refused(t, err, errorsv1.Reason_REASON_INVALID_REQUEST)
	})
}
