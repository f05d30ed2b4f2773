package vault_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
	"github.com/keyhole-dev/keyhole/services/vault/guard"
)

// mostShown is the largest threshold: no link shows more characters of a key.
const mostShown = 28

// longKey is a key of 164 characters; body is its private part. Each slice of eight counts.
// Of random slices 4 in 100 read too much like a word and pass uncounted.
func longKey() (key, body string) {
	const signs = "bcdfghjkmnpqrtvwxzBCDFGHJKMNPQRTVWXZ2345678923456789"
	for {
		raw := make([]byte, 156)
		_, _ = rand.Read(raw)
		for i, b := range raw {
			raw[i] = signs[int(b)%len(signs)]
		}
		key, body = "sk-proj-"+string(raw), string(raw)
		set, err := guard.New(secret.FromString(key))
		if err == nil && everySliceCounts(set, body) {
			return key, body
		}
	}
}

func everySliceCounts(set *guard.Set, body string) bool {
	for ; len(body) >= 8; body = body[8:] {
		if set.Check([]byte(body[:8])) == nil {
			return false
		}
	}
	return true
}

// thief is a visitor of links whose provider tells it one slice of the key in each run.
type thief struct {
	t    testing.TB
	n    *tenant
	body string
}

func newThief(t testing.TB, n *tenant) *thief {
	key, body := longKey()
	n.llm = n.newValue(t, key)
	return &thief{t: t, n: n, body: body}
}

// newValue stores another value.
func (n *tenant) newValue(t testing.TB, value string) *vaultv1.Credential {
	t.Helper()
	c, err := n.r.public.UpdateCredential(n.ctx, &vaultv1.UpdateCredentialRequest{
		Credential: &vaultv1.Credential{Name: n.llm.GetName(), Value: value}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"value"}},
	})
	must(t, err)
	return c
}

func (n *tenant) shareOf(name string) string {
	return "workspaces/" + n.ws + "/workflows/caption/shares/" + name
}

// opens writes a grant for a share by its ID.
func (n *tenant) opens(share string, resume bool) error {
	_, err := n.r.sharer.PutCredentialGrant(caller.With(context.Background(), n.owner), &vaultinternalv1.PutCredentialGrantRequest{
		Share: n.shareOf(share), VersionHash: hash, Calls: 1000, Resume: resume,
		Slots: []*vaultinternalv1.GrantedSlot{{Step: "llm", Field: "api_key", Credential: "llm", Destination: n.r.host()}},
	})
	return err
}

// run makes one run through a share, and returns its answer and ID. What is said stands between vowels, which
// no key of longKey has: the letters around it cannot continue it by chance.
func (f *thief) run(r *replica, share, said string) (answer, string, error) {
	f.n.r.provider.Answer("here you are: " + said + ", aye.")
	return f.again(r, share)
}

// again makes a run with the provider's current answer.
func (f *thief) again(r *replica, share string) (answer, string, error) {
	c := f.n.claims()
	c.Run, c.Share = id.New("run"), f.n.shareOf(share)
	token, err := grantSign(r, c)
	must(f.t, err)
	h, err := r.issue(token, "llm", 1)
	if err != nil {
		return answer{}, c.Run, err
	}
	a, err := r.call(context.Background(), h)
	return a, c.Run, err
}

// slices cuts the body into pieces of a size.
func (f *thief) slices(size int) []string {
	var all []string
	for rest := f.body; len(rest) >= size; rest = rest[size:] {
		all = append(all, rest[:size])
	}
	return all
}

// reads asks for slice after slice and counts the characters that arrive.
func (f *thief) reads(r *replica, size int, share func(i int) string) (shown int, ended error) {
	for i, piece := range f.slices(size) {
		a, _, err := f.run(r, share(i), piece)
		if strings.Contains(string(a.body), piece) {
			shown += len(piece)
		}
		if err != nil {
			return shown, err
		}
	}
	return shown, nil
}

// A key that leaks one slice in each run cannot be read. Slices that are large enough are
// stopped, and smaller ones are added up. Slices of seven cannot be distinguished from
// chance; they pass, as the threat model says.
func TestAttackSlicesOverRuns(t *testing.T) {
	t.Parallel()
	report := attack.New(t, "A4", "a key in slices of 15, 11 and 8 over runs of one link and of two")
	links := map[string]func(int) string{
		"one link":  func(int) string { return "a" },
		"two links": func(i int) string { return []string{"a", "b"}[i%2] },
	}
	for name, share := range links {
		for _, size := range []int{15, 11, 8} {
			t.Run(fmt.Sprintf("%d a run, %s", size, name), func(t *testing.T) {
				t.Parallel()
				r := newHarness(t, testkit.SQLite(t), "embedded:").start(t)
				n := r.tenant(t, "demo")
				f := newThief(t, n)
				must(t, n.opens("a", true))
				must(t, n.opens("b", true))
				shown, err := f.reads(r, size, share)
				most := mostShown
				if size >= 12 {
					most = 0
				}
				report.Attempt(shown <= most && err != nil, "%d characters were shown, then %v", shown, err)
				if events := r.events(t, n, "answer.withheld"); len(events) != 1 || events[0].GetDetails()["run"] == "" || events[0].GetDetails()["chance"] != "unlikely" {
					t.Errorf("the owner gets %v", events)
				}
			})
		}
	}
}

// Slices of seven always pass, as the threat model says.
func TestSlicesOfSevenPass(t *testing.T) {
	t.Parallel()
	r := newHarness(t, testkit.SQLite(t), "embedded:").start(t)
	n := r.tenant(t, "demo")
	f := newThief(t, n)
	must(t, n.opens("a", true))
	if shown, err := f.reads(r, 7, func(int) string { return "a" }); err != nil || shown < 150 {
		t.Errorf("%d characters, then %v: the threat model says that these pass", shown, err)
	}
}

// Replicas that see slices at the same time count each other's.
func TestAttackSlicesAtTwoReplicasAtOnce(t *testing.T) {
	t.Parallel()
	report := attack.New(t, "A4", "slices of 8 through two replicas at the same time")
	for name, stores := range map[string]func(testing.TB) (string, string){
		"sqlite":   func(t testing.TB) (string, string) { return testkit.SQLite(t), "embedded:" },
		"postgres": func(t testing.TB) (string, string) { return testkit.Postgres(t), testkit.Redis(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := newHarness(t, "", "")
			in.dbURL, in.redisURL = stores(t)
			replicas := []*replica{in.start(t), in.start(t)}
			n := replicas[0].tenant(t, "demo")
			f := newThief(t, n)
			must(t, n.opens("a", true))
			in.provider.Behave(testkit.Parrot)
			var mu sync.Mutex
			shown, pieces := 0, f.slices(8)
			var all sync.WaitGroup
			for i := range 16 {
				all.Go(func() {
					a, err := f.told(replicas[i%2], "a", pieces[i])
					if err == nil && strings.Contains(string(a.body), pieces[i]) {
						mu.Lock()
						shown += 8
						mu.Unlock()
					}
				})
			}
			all.Wait()
			report.Attempt(shown <= mostShown, "%d characters were shown together", shown)
		})
	}
}

// told makes a run whose request says what the provider answers, like a provider that works
// with the visitor.
func (f *thief) told(r *replica, share, said string) (answer, error) {
	c := f.n.claims()
	c.Run, c.Share = id.New("run"), f.n.shareOf(share)
	token, err := grantSign(r, c)
	must(f.t, err)
	h, err := r.issue(token, "llm", 1)
	if err != nil {
		return answer{}, err
	}
	return r.egress(context.Background(), r.runner, &vaultinternalv1.EgressHead{
		Method: "POST", Url: r.provider.URL + "/chat/completions", Handles: []string{h},
	}, []byte("you said: "+said+"."))
}

// A slice that cannot be recorded is not released.
func TestAttackSlicesWhileTheMemoryIsAway(t *testing.T) {
	t.Parallel()
	report := attack.New(t, "A4", "a slice while what was shown cannot be written")
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		f := newThief(t, n)
		must(t, n.opens("a", true))
		must(t, r.db.Tx(context.Background(), exec(`ALTER TABLE shown RENAME TO away`)))
		for _, piece := range f.slices(8)[:3] {
			a, _, err := f.run(r, "a", piece)
			report.Attempt(err != nil && !strings.Contains(string(a.body), piece), "%q was shown and not written down (%v)", piece, err)
		}
		must(t, r.db.Tx(context.Background(), exec(`ALTER TABLE away RENAME TO shown`)))
		_, _, err := f.run(r, "a", "nothing of it")
		must(t, err)
	})
}

// After the second suspension the value must be replaced; storing the same value does not
// count.
func TestAttackSecondSuspension(t *testing.T) {
	t.Parallel()
	report := attack.New(t, "A4", "a share resumed after a value's second suspension")
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		key, body := longKey()
		n.llm = n.newValue(t, key)
		f := &thief{t: t, n: n, body: body}
		must(t, n.opens("a", true))
		_, first, err := f.run(r, "a", body[:20])
		refusedWith(t, err, errorsv1.Reason_REASON_PROVIDER_FAILED, codes.Unavailable)
		_, _, err = f.run(r, "a", "hello")
		report.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_SHARE_PAUSED, "a suspended share runs: %v", err)
		state, err := r.sharer.GetCredentialGrant(context.Background(), &vaultinternalv1.GetCredentialGrantRequest{Share: n.shareOf("a")})
		must(t, err)
		if s := state.GetSuspension(); s.GetRun() != first || s.GetNewValueNeeded() || s.GetChanceLikely() {
			t.Errorf("the owner gets %v", s)
		}
		must(t, n.opens("a", true)) // the owner has resumed the link
		_, _, err = f.run(r, "a", "hello")
		must(t, err)
		_, _, err = f.run(r, "a", body[40:60])
		refusedWith(t, err, errorsv1.Reason_REASON_PROVIDER_FAILED, codes.Unavailable)
		report.Attempt(errs.ReasonOf(n.opens("a", true)) == errorsv1.Reason_REASON_CREDENTIAL_EXPOSED, "it is resumed with the same value")
		n.llm = n.newValue(t, key)
		report.Attempt(errs.ReasonOf(n.opens("a", true)) == errorsv1.Reason_REASON_CREDENTIAL_EXPOSED, "it is resumed with the same value, stored again")
		fresh, body := longKey()
		n.llm, f.body = n.newValue(t, fresh), body
		must(t, n.opens("a", true))
		_, _, err = f.run(r, "a", "hello")
		must(t, err)
	})
}

// The outputs of a run are judged together with what its answers have shown, when it ends.
func TestAttackTextsThatTheRunnerBuilds(t *testing.T) {
	t.Parallel()
	report := attack.New(t, "A3", "pieces that a run joins or decodes")
	stores(t, func(t *testing.T, r *replica) {
		for name, built := range map[string]func(body string) string{
			"joined from pieces": func(body string) string { return `[{"text":"` + body[:40] + `"}]` },
			"in an error":        func(body string) string { return `{"message":"the step failed: ` + body[10:30] + `"}` },
			"as a name":          func(body string) string { return `[{"` + body[:30] + `":1}]` },
			"letter by letter":   func(body string) string { return `["` + strings.Join(strings.Split(body[:30], ""), `","`) + `"]` },
			"backwards":          func(body string) string { return reversed(body[:40]) },
		} {
			ws := "w" + strings.ToLower(rand.Text()[:8])
			n := r.tenant(t, ws)
			f := newThief(t, n)
			must(t, n.opens("a", true))
			_, run, err := f.run(r, "a", "hello")
			must(t, err)
			began := time.Now()
			out, err := r.sharer.EndRun(context.Background(), &vaultinternalv1.EndRunRequest{Run: run, Leaving: [][]byte{[]byte(built(f.body))}})
			must(t, err)
			report.Attempt(out.GetVerdict() == vaultinternalv1.Verdict_VERDICT_WITHHELD && time.Since(began) > 0, "%s: %v", name, out.GetVerdict())
			_, _, err = f.run(r, "a", "hello")
			report.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_SHARE_PAUSED, "%s: the share continues: %v", name, err)
		}
	})
}

func reversed(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

// Small pieces in a run's outputs count together with those of its answers. A run that was
// in progress when its share was suspended returns no outputs.
func TestPiecesThatLeaveARunAreRemembered(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		f := newThief(t, n)
		must(t, n.opens("a", true))
		_, other, err := f.run(r, "a", "hello")
		must(t, err)
		var verdict vaultinternalv1.Verdict
		for i := range 6 {
			piece := f.slices(9)[i]
			said := "hello"
			if i%2 == 0 {
				said = piece
			}
			_, run, err := f.run(r, "a", said)
			if err != nil {
				verdict = vaultinternalv1.Verdict_VERDICT_WITHHELD
				break
			}
			out, err := r.sharer.EndRun(context.Background(), &vaultinternalv1.EndRunRequest{Run: run, Leaving: [][]byte{[]byte(piece)}})
			must(t, err)
			if verdict = out.GetVerdict(); verdict != vaultinternalv1.Verdict_VERDICT_UNSPECIFIED {
				break
			}
		}
		if verdict != vaultinternalv1.Verdict_VERDICT_WITHHELD {
			t.Errorf("54 characters have left: %v", verdict)
		}
		out, err := r.sharer.EndRun(context.Background(), &vaultinternalv1.EndRunRequest{Run: other, Leaving: [][]byte{[]byte("hello")}})
		must(t, err)
		if out.GetVerdict() != vaultinternalv1.Verdict_VERDICT_STOPPED {
			t.Errorf("a run of a share that was suspended meanwhile: %v", out.GetVerdict())
		}
	})
}
