package sharing_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
	"github.com/keyhole-dev/keyhole/services/sharing"
)

// twoPictures takes two pictures and a list of texts, all of them batches.
const twoPictures = `{"version":"1.0","inputs":[{"type":"WorkflowImage","name":"image"},{"type":"WorkflowImage","name":"other"},
	{"type":"WorkflowBatchInput","name":"texts","kind":["string"]},{"type":"WorkflowParameter","name":"classes","default_value":[]}],
	"steps":[{"type":"roboflow_core/roboflow_object_detection_model@v1","name":"detect","images":"$inputs.image","model_id":"cats/1"}],
	"outputs":[{"type":"JsonField","name":"found","selector":"$steps.detect.predictions"}]}`

// batch requests a run through a link with lists of the given lengths.
func (s *harness) batch(ctx context.Context, token, run string, elements map[string]int64) error {
	r := authorize(token, run, 0, "image", "other", "texts")
	r.Elements = map[string]int64{"image": 0, "other": 0, "texts": 0}
	maps.Copy(r.Elements, elements)
	_, err := s.runner.AuthorizeRun(ctx, r)
	return err
}

func (s *harness) images(ctx context.Context, token, run string, n int64) error {
	return s.batch(ctx, token, run, map[string]int64{"image": n})
}

// cats is a link to a workflow with a private model. The owner pays for its runs.
func (s *harness) cats(limits *sharingv1.Limits) *sharingv1.Share {
	s.t.Helper()
	s.registry.add("acme/cats/1", false)
	s.workflow("acme", "cats", twoPictures)
	return s.share("acme", "cats", &sharingv1.Share{RunAccess: sharingv1.RunAccess_RUN_ACCESS_OWNER, Limits: limits})
}

func daily(runs, visitorRuns int64) *sharingv1.Limits {
	return &sharingv1.Limits{Runs: runs, VisitorRuns: visitorRuns, Period: vaultv1.Period_PERIOD_DAY}
}

// left returns the remainder of a link's scope that a caller gets.
func (s *harness) left(ctx context.Context, token, scope string) *sharingv1.Allowance {
	s.t.Helper()
	view, err := s.api.GetSharedWorkflow(ctx, &sharingv1.GetSharedWorkflowRequest{Token: token})
	must(s.t, err)
	for _, a := range view.GetAllowances() {
		if a.GetScope() == scope {
			return a
		}
	}
	s.t.Fatalf("no allowance of the %s in %v", scope, view.GetAllowances())
	return nil
}

// The reported case: three runs a day with lists of 200 pictures each. Whatever the form of
// the batch, a run that does not fit reserves nothing.
func TestAttackABatchOverTheLimitOfALink(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		a := attack.New(t, "A11", "batches over the limits of a link")
		token := s.cats(daily(3, 2)).GetToken()
		guest := s.guest("g")
		for i, elements := range []map[string]int64{
			{"image": 200},
			{"image": 21},
			{"image": 1_000_000_000},
			{"image": 1, "other": 20},
			{"image": 7, "other": 7, "texts": 7},
			{"image": 1, "texts": 20},
			{"texts": 21},
		} {
			err := s.batch(guest, token, fmt.Sprintf("r%d", i), elements)
			want, limit := errorsv1.Reason_REASON_VISITOR_BUDGET_EXHAUSTED, "20"
			if elements["image"] > 30 {
				want, limit = errorsv1.Reason_REASON_SHARE_BUDGET_EXHAUSTED, "30"
			}
			a.Attempt(errs.ReasonOf(err) == want, "%v: %v", elements, err)
			m := metadataOf(t, err)
			if m["unit"] != "pictures" || m["limit"] != limit || m["left"] != limit || m["resetTime"] == "" {
				t.Errorf("%v: %v", elements, m)
			}
		}
		if n := s.reserved(); n != 0 {
			t.Errorf("%d reservations of refused runs, want 0", n)
		}
		must(t, s.batch(guest, token, "fits", map[string]int64{"image": 19, "texts": 1, "classes": 400}))
		a.Attempt(s.images(guest, token, "more", 1) != nil, "a visitor has more than ten pictures for each run")
		must(t, s.images(s.guest("another"), token, "rest", 10))
		a.Attempt(s.images(s.guest("third"), token, "over", 1) != nil, "the link has more than ten pictures for each run")
		if left := s.left(guest, token, "share"); left.GetPicturesLeft() != 0 || left.GetRunsLeft() != 1 {
			t.Errorf("the link has %v left, want one run and no picture", left)
		}
		for _, run := range []string{"fits", "rest"} {
			s.finish(run)
		}
		if n := s.reserved(); n != 0 {
			t.Errorf("%d reservations when nothing runs, want 0", n)
		}
	})
}

// 1 000 concurrent batches of ten with a limit of 100 pictures on every scope: exactly ten
// are admitted, on every Redis. With batches of mixed sizes no picture too many is
// admitted.
func TestAttackRacingBatchesAgainstALimit(t *testing.T) {
	t.Parallel()
	testkit.Redises(t, func(t *testing.T, url string) {
		a := attack.New(t, "A11", "racing batches")
		s := newHarness(t, testkit.SQLite(t), url)
		limits := daily(1000, 1000)
		limits.Pictures, limits.VisitorPictures = 100, 100
		token := s.cats(limits).GetToken()
		guest := s.guest("g")
		admitted := rush(t, 1000, func(i int) error {
			err := s.images(guest, token, fmt.Sprintf("r%d", i), 10)
			return err
		})
		for i := range 1000 {
			a.Attempt(i >= admitted || i < 10, "%d batches of ten were admitted, the limit is 100 pictures", admitted)
		}
		if admitted != 10 {
			t.Errorf("%d batches of ten were admitted, want 10", admitted)
		}
		s.clock.advance(24 * time.Hour)
		var taken atomic.Int64
		rush(t, 300, func(i int) error {
			n := 1 + rand.Int64N(30)
			err := s.images(guest, token, fmt.Sprintf("m%d", i), n)
			if err == nil {
				taken.Add(n)
			}
			return err
		})
		if n := taken.Load(); n > 100 {
			t.Errorf("%d pictures were admitted, the limit is 100", n)
		}
		if left := s.left(guest, token, "visitor").GetPicturesLeft(); left != 100-taken.Load() {
			t.Errorf("%d pictures are left after %d of 100", left, taken.Load())
		}
	})
}

// Every scope counts pictures, including the key's budget, the operator's and a guest's.
func TestAttackBatchesOnEveryScope(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:", guestRuns(2), func(c *sharing.Config) { c.GuestPictures = 5 })
	a := attack.New(t, "A11", "batches on keys and guests")
	s.registry.add("acme/cats/1", true)
	s.workflow("acme", "cats", twoPictures)
	token := s.share("acme", "cats", nil).GetToken()
	reason := func(err error) errorsv1.Reason { return errs.ReasonOf(err) }
	for i, n := range []int64{6, 20, 100} {
		err := s.images(s.guest("g"), token, fmt.Sprintf("g%d", i), n)
		a.Attempt(reason(err) == errorsv1.Reason_REASON_VISITOR_BUDGET_EXHAUSTED, "a guest with a list of %d: %v", n, err)
	}
	must(t, s.images(s.guest("g"), token, "fits", 5))
	member := s.member("visitor")
	s.vault.budget("workspaces/visitor/keys/main", 2, vaultv1.Period_PERIOD_MONTH)
	s.settle()
	err := s.images(member, token, "m1", 21)
	a.Attempt(reason(err) == errorsv1.Reason_REASON_KEY_BUDGET_EXHAUSTED, "a key with a budget of two runs takes 21 pictures: %v", err)
	if m := metadataOf(t, err); m["left"] != "" || m["limit"] != "20" {
		t.Errorf("a key's refusal says %v", m)
	}
	must(t, s.images(member, token, "m2", 20))
	a.Attempt(s.images(member, token, "m3", 1) != nil, "a key takes a picture more than its budget has")
	// Own runs count in the same way.
	s.vault.budget("workspaces/acme/keys/main", 1, vaultv1.Period_PERIOD_MONTH)
	s.settle()
	_, err = s.runner.AuthorizeRun(s.member("acme"), &sharinginternalv1.AuthorizeRunRequest{
		Run: "own", Target: &sharinginternalv1.AuthorizeRunRequest_Workflow{Workflow: "workspaces/acme/workflows/cats"},
		Inputs: []string{"image", "other", "texts"}, Elements: map[string]int64{"image": 9}, // two inputs that are not lists
	})
	a.Attempt(reason(err) == errorsv1.Reason_REASON_KEY_BUDGET_EXHAUSTED, "an own run takes eleven pictures of a budget of one run: %v", err)
	// The guests' key counts like any other key.
	s.vault.budget(rpc.GuestKey, 1, vaultv1.Period_PERIOD_DAY)
	s.settle()
	err = s.images(s.guest("h"), token, "h", 5)
	a.Attempt(reason(err) == errorsv1.Reason_REASON_KEY_BUDGET_EXHAUSTED, "the guests' key pays for a second run: %v", err)
}

// A runner that dies during a run leaves its reservation to the reaper. After a loss of
// Redis, the ledger restores the count of pictures.
func TestPicturesSurviveTheirRunnerAndRedis(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		token := s.cats(daily(3, 3)).GetToken()
		guest := s.guest("g")
		must(t, s.images(guest, token, "dies", 12))
		must(t, s.images(guest, token, "ends", 6))
		s.finish("ends")
		s.flush()
		if left := s.left(guest, token, "share"); left.GetPicturesLeft() != 12 || left.GetRunsLeft() != 1 {
			t.Errorf("after a lost Redis %v is left, want one run and 12 pictures", left)
		}
		if n := s.reserved(); n == 0 {
			t.Error("the open run is not reserved any more")
		}
		s.clock.advance(time.Minute)
		loops(t, s.first)
		eventually(t, "nothing is reserved", func() bool { return s.reserved() == 0 })
		if left := s.left(guest, token, "share").GetPicturesLeft(); left != 12 {
			t.Errorf("%d pictures are left after the run was settled, want 12", left)
		}
		refused(t, s.images(guest, token, "over", 13), errorsv1.Reason_REASON_SHARE_BUDGET_EXHAUSTED)
	})
}

// A run that used nothing, such as one whose picture cannot be decoded, is charged nowhere:
// not in the ledger, not in the counters, and not in counters that are rebuilt.
func TestAnUnusedRunIsNotCharged(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		token := s.cats(daily(3, 3)).GetToken()
		guest := s.guest("g")
		end := func(run string) *sharinginternalv1.RunEnd {
			r := failed(run, "IMAGE_INVALID", "the input image: it is not a picture")
			r.Unused = true
			return r
		}
		untouched := func(when string) {
			t.Helper()
			if left := s.left(guest, token, "share"); left.GetRunsLeft() != 3 || left.GetPicturesLeft() != 30 {
				t.Errorf("%s: %v is left, want all", when, left)
			}
			if n := s.reserved(); n != 0 {
				t.Errorf("%s: %d reservations, want 0", when, n)
			}
			if got := s.usage("acme", "share"); len(got) != 0 {
				t.Errorf("%s: the owner was charged %v", when, got)
			}
		}
		for i := range 5 {
			run := fmt.Sprintf("r%d", i)
			must(t, s.images(guest, token, run, 7))
			out, err := s.runner.FinishRun(context.Background(), end(run))
			must(t, err)
			if len(out.GetCharges()) != 0 {
				t.Errorf("charged %v", out.GetCharges())
			}
			untouched(run)
		}
		s.flush()
		untouched("after a lost Redis")
		// A runner may not report a run as unused if the vault knows of a call, or if the
		// run succeeded.
		s.caption()
		_, err := s.preview(s.member("visitor"), s.share("acme", "caption", &sharingv1.Share{CredentialAccess: hiddenAccess}).GetToken(), "called", "question")
		must(t, err)
		s.vault.began("called", attempt("llm", 1, "workspaces/acme/credentials/llm", "ok"))
		out, err := s.runner.FinishRun(context.Background(), end("called"))
		must(t, err)
		if len(out.GetCharges()) != 2 {
			t.Errorf("a run with a call was charged %v", out.GetCharges())
		}
	})
}

// If a runner processes more pictures than were reserved, the excess is recorded and the
// next run is refused, also after the counters are rebuilt.
func TestAttackARunnerDoesMoreThanReserved(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A11", "a runner that does more pictures than were reserved")
	on(t, func(t *testing.T, s *harness) {
		token := s.cats(daily(3, 3)).GetToken()
		guest := s.guest("g")
		must(t, s.images(guest, token, "honest", 4))
		end := &sharinginternalv1.RunEnd{Run: "honest", State: sharingv1.RunState_RUN_STATE_SUCCEEDED, Pictures: 4}
		_, err := s.runner.FinishRun(context.Background(), end)
		must(t, err)
		if left := s.left(guest, token, "share").GetPicturesLeft(); left != 26 {
			t.Errorf("%d pictures are left, want 26", left)
		}
		must(t, s.images(guest, token, "greedy", 1))
		end = &sharinginternalv1.RunEnd{Run: "greedy", State: sharingv1.RunState_RUN_STATE_SUCCEEDED, Pictures: 200}
		for range 2 { // reported again, it counts once
			_, err = s.runner.FinishRun(context.Background(), end)
			must(t, err)
		}
		for _, when := range []string{"immediately", "after a lost Redis"} {
			s.clock.advance(time.Minute) // the remainder is cached for a while
			left := s.left(guest, token, "share")
			a.Attempt(left.GetPicturesLeft() == 0 && left.GetRunsLeft() == 1, "%s %v is left of the link", when, left)
			err := s.images(guest, token, "next "+when, 1)
			a.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_SHARE_BUDGET_EXHAUSTED || errs.ReasonOf(err) == errorsv1.Reason_REASON_VISITOR_BUDGET_EXHAUSTED,
				"the next run %s: %v", when, err)
			s.flush()
		}
		_, err = s.runner.FinishRun(context.Background(), &sharinginternalv1.RunEnd{Run: "greedy", State: sharingv1.RunState_RUN_STATE_SUCCEEDED, Pictures: -1})
		refused(t, err, errorsv1.Reason_REASON_INVALID_REQUEST)
	})
}
