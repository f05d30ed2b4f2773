package vault_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// Whatever the operations and their order, a call is made if and only if the model allows
// it: the run is active, the grant exists and has calls left, the handle was issued for
// this credential, and the attempt was not started before.
func TestHandleLaws(t *testing.T) {
	t.Parallel()
	in := newHarness(t, testkit.SQLite(t), "embedded:")
	r := in.start(t)
	n := r.tenant(t, "demo")
	world := &world{n: n, r: r, version: 1}
	rapid.Check(t, func(t *rapid.T) {
		w := world.fresh(t)
		t.Repeat(map[string]func(*rapid.T){
			"issue": w.issue, "use": w.use, "use late": w.useLate, "use elsewhere": w.useElsewhere, "end run": w.endRun,
			"rotate": w.rotate, "withdraw": w.withdraw, "grant": w.grant, "lose redis": w.loseRedis,
		})
	})
}

const lawCalls = 4

// world is the model of one share, and the vault that is compared with it.
type world struct {
	n       *tenant
	r       *replica
	share   string
	version int64 // of the credential

	granted bool
	made    int64 // calls under the share
	runs    []*modelRun
	handles []*modelHandle
}

type modelRun struct {
	id, token string
	ended     bool
	begun     map[int32]bool
}

type modelHandle struct {
	token   string
	run     *modelRun
	attempt int32
	version int64
}

var shares atomic.Int64

func (w *world) fresh(t *rapid.T) *world {
	f := &world{n: w.n, r: w.r, share: fmt.Sprintf("workspaces/demo/workflows/w/shares/s%d", shares.Add(1))}
	c, err := w.r.public.GetCredential(w.n.ctx, &vaultv1.GetCredentialRequest{Name: w.n.llm.GetName()})
	ok(t, err)
	f.version = c.GetVersion()
	for range 2 {
		c := w.n.claims()
		c.Run, c.Share = id.New("run"), f.share
		token, err := grantSign(w.r, c)
		ok(t, err)
		f.runs = append(f.runs, &modelRun{id: c.Run, token: token, begun: map[int32]bool{}})
	}
	f.grant(t)
	return f
}

func (w *world) may(run *modelRun) bool {
	return !run.ended && w.granted && w.made < lawCalls
}

func (w *world) issue(t *rapid.T) {
	run := rapid.SampledFrom(w.runs).Draw(t, "run")
	attempt := rapid.Int32Range(1, 6).Draw(t, "attempt")
	token, err := w.r.issue(run.token, "llm", attempt)
	if (err == nil) != w.may(run) {
		t.Fatalf("issued: %v, want %v", err, w.may(run))
	}
	if err == nil {
		w.handles = append(w.handles, &modelHandle{token: token, run: run, attempt: attempt, version: w.version})
	}
}

func (w *world) handle(t *rapid.T) *modelHandle {
	if len(w.handles) == 0 {
		t.Skip("no handle yet")
	}
	return rapid.SampledFrom(w.handles).Draw(t, "handle")
}

func (w *world) use(t *rapid.T) {
	h := w.handle(t)
	want := w.may(h.run) && h.version == w.version && !h.run.begun[h.attempt]
	before := w.r.provider.Count()
	_, err := w.r.call(context.Background(), h.token)
	if got := w.r.provider.Count() - before; (err == nil) != want || (got == 1) != want || got > 1 {
		t.Fatalf("used: %v, %d calls, want %v", err, got, want)
	}
	if want {
		w.made++
		h.run.begun[h.attempt] = true
	}
}

func (w *world) useLate(t *rapid.T) {
	h := w.handle(t)
	w.r.offset.Store(int64(2*time.Minute + time.Second))
	defer w.r.offset.Store(0)
	w.refused(t, w.r.provider.URL, h)
}

func (w *world) useElsewhere(t *rapid.T) {
	h := w.handle(t)
	url := rapid.SampledFrom([]string{
		"https://api.openai.com/", strings.Replace(w.r.provider.URL, "127.0.0.1", "localhost", 1),
		strings.Replace(w.r.provider.URL, "http:", "https:", 1), w.r.provider.URL + "\\@evil", "http://127.0.0.1:80",
	}).Draw(t, "url")
	w.refused(t, url, h)
}

func (w *world) refused(t *rapid.T, url string, h *modelHandle) {
	before := w.r.provider.Count()
	_, err := w.r.egress(context.Background(), w.r.runner, &vaultinternalv1.EgressHead{Method: "POST", Url: url, Handles: []string{h.token}}, nil)
	if err == nil || w.r.provider.Count() != before {
		t.Fatalf("used: %v, %d calls", err, w.r.provider.Count()-before)
	}
}

func (w *world) endRun(t *rapid.T) {
	run := rapid.SampledFrom(w.runs).Draw(t, "run")
	_, err := w.r.sharer.EndRun(context.Background(), &vaultinternalv1.EndRunRequest{Run: run.id})
	ok(t, err)
	run.ended = true
}

func (w *world) rotate(t *rapid.T) {
	w.version++
	_, err := w.r.public.UpdateCredential(w.n.ctx, &vaultv1.UpdateCredentialRequest{
		Credential: &vaultv1.Credential{Name: w.n.llm.GetName(), Value: fmt.Sprintf("%s%d", canary, w.version)},
	})
	ok(t, err)
}

func (w *world) withdraw(t *rapid.T) {
	_, err := w.r.sharer.DeleteCredentialGrant(context.Background(), &vaultinternalv1.DeleteCredentialGrantRequest{Share: w.share})
	ok(t, err)
	w.granted = false
}

func (w *world) grant(t *rapid.T) {
	owner, err := w.r.service.Identify(context.Background(), secretOf(w.n.key.GetKey()))
	ok(t, err)
	_, err = w.r.sharer.PutCredentialGrant(caller.With(context.Background(), owner), &vaultinternalv1.PutCredentialGrantRequest{
		Share: w.share, VersionHash: hash, Calls: lawCalls,
		Slots: []*vaultinternalv1.GrantedSlot{{Step: "llm", Field: "api_key", Credential: "llm", Destination: w.r.host()}},
	})
	ok(t, err)
	w.granted = true
}

func (w *world) loseRedis(t *rapid.T) { ok(t, w.r.redis.FlushAll(context.Background()).Err()) }

func ok(t *rapid.T, err error) {
	if err != nil {
		t.Fatal(err)
	}
}
