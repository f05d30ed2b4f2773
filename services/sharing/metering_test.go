package sharing_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// reserved returns the number of reservations of all scopes in Redis.
func (s *harness) reserved() int64 {
	s.t.Helper()
	var total int64
	var mu sync.Mutex
	count := func(ctx context.Context, c *redis.Client) error {
		keys := c.Scan(ctx, 0, "sharing:*:r", 1000).Iterator()
		for keys.Next(ctx) {
			n, err := c.ZCard(ctx, keys.Val()).Result()
			if err != nil {
				return err
			}
			mu.Lock()
			total += n
			mu.Unlock()
		}
		return keys.Err()
	}
	ctx := context.Background()
	if cluster, ok := s.redis.UniversalClient.(*redis.ClusterClient); ok {
		must(s.t, cluster.ForEachMaster(ctx, count))
		return total
	}
	must(s.t, count(ctx, s.redis.UniversalClient.(*redis.Client)))
	return total
}

// flush empties Redis, like a restart without persistence.
func (s *harness) flush() {
	s.t.Helper()
	ctx := context.Background()
	if cluster, ok := s.redis.UniversalClient.(*redis.ClusterClient); ok {
		must(s.t, cluster.ForEachMaster(ctx, func(ctx context.Context, c *redis.Client) error { return c.FlushAll(ctx).Err() }))
		return
	}
	must(s.t, s.redis.FlushAll(ctx).Err())
}

// rush requests runs concurrently and counts those that are admitted.
func rush(t *testing.T, n int, ask func(i int) error) int {
	t.Helper()
	var admitted atomic.Int64
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			switch err := ask(i); {
			case err == nil:
				admitted.Add(1)
			case errs.CodeOf(err) != codes.ResourceExhausted:
				t.Errorf("run %d: %v", i, err)
			}
		})
	}
	all.Wait()
	return int(admitted.Load())
}

// 1 000 concurrent runs with a limit of 10 on every scope: exactly 10 are admitted, on
// every Redis.
func TestNothingIsAdmittedTooMany(t *testing.T) {
	t.Parallel()
	testkit.Redises(t, func(t *testing.T, url string) {
		s := newHarness(t, testkit.SQLite(t), url)
		s.registry.add("acme/cats/1", false)
		s.workflow("acme", "cats", modelWorkflow)
		share := s.share("acme", "cats", &sharingv1.Share{
			RunAccess: sharingv1.RunAccess_RUN_ACCESS_OWNER, Limits: &sharingv1.Limits{Runs: 10, VisitorRuns: 10, Period: vaultv1.Period_PERIOD_DAY},
		})
		s.vault.budget("workspaces/acme/keys/main", 10, vaultv1.Period_PERIOD_MONTH)
		s.settle()
		ctx := s.guest("g")
		if n := rush(t, 1000, func(i int) error {
			_, err := s.preview(ctx, share.GetToken(), fmt.Sprintf("r%d", i), "image")
			return err
		}); n != 10 {
			t.Errorf("%d runs were admitted, want 10", n)
		}
		if n := s.reserved(); n != 30 {
			t.Errorf("%d reservations on three scopes, want 30", n)
		}
		runs, err := s.api.ListRuns(s.member("acme"), &sharingv1.ListRunsRequest{Parent: "workspaces/acme"})
		must(t, err)
		for _, run := range runs.GetRuns() {
			s.finish(strings.TrimPrefix(run.GetName(), "workspaces/acme/runs/"))
		}
		if n := s.reserved(); n != 0 {
			t.Errorf("%d reservations when nothing runs, want 0", n)
		}
		if n := s.usage("acme", "key")["workspaces/acme/keys/main"]; n != 10 {
			t.Errorf("%d runs were charged, want 10", n)
		}
	})
}

// A refusal names the budget and says when it resets.
func TestARefusalNamesTheBudget(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.workflow("acme", "greet", plainWorkflow)
		token := s.share("acme", "greet", &sharingv1.Share{Limits: &sharingv1.Limits{Runs: 2, VisitorRuns: 1, Period: vaultv1.Period_PERIOD_DAY}}).GetToken()
		take := func(ctx context.Context, run string) error {
			_, err := s.preview(ctx, token, run)
			return err
		}
		check := func(err error, reason errorsv1.Reason, budget string) {
			t.Helper()
			refused(t, err, reason)
			m := metadataOf(t, err)
			reset, parseErr := time.Parse(time.RFC3339, m["resetTime"])
			if errs.CodeOf(err) != codes.ResourceExhausted || m["budget"] != budget || m["limit"] == "" || parseErr != nil || !reset.After(s.clock.now()) {
				t.Errorf("%v with %v", err, m)
			}
		}
		must(t, take(s.member("one"), "r1"))
		check(take(s.member("one"), "r2"), errorsv1.Reason_REASON_VISITOR_BUDGET_EXHAUSTED, "visitor")
		must(t, take(s.member("two"), "r3"))
		check(take(s.member("three"), "r4"), errorsv1.Reason_REASON_SHARE_BUDGET_EXHAUSTED, "share")
		s.vault.budget("workspaces/acme/keys/main", 1, vaultv1.Period_PERIOD_MONTH)
		s.settle()
		own := func(run string) error {
			_, err := s.own(context.WithoutCancel(s.member("acme")), "workspaces/acme/workflows/greet", run)
			return err
		}
		must(t, own("r5"))
		check(own("r6"), errorsv1.Reason_REASON_KEY_BUDGET_EXHAUSTED, "key")
		// The share resets tomorrow, and the key next month, unless tomorrow is the first.
		s.clock.advance(24 * time.Hour)
		must(t, take(s.member("one"), "r7"))
	})
}

// A guest has a small allowance for all links together.
func TestGuestsHaveASmallAllowance(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:", guestRuns(2))
	s.workflow("acme", "greet", plainWorkflow)
	one, two := s.share("acme", "greet", nil).GetToken(), s.share("acme", "greet", nil).GetToken()
	for i, token := range []string{one, two} {
		_, err := s.preview(s.guest("g"), token, fmt.Sprintf("r%d", i))
		must(t, err)
	}
	_, err := s.preview(s.guest("g"), one, "r3")
	refused(t, err, errorsv1.Reason_REASON_VISITOR_BUDGET_EXHAUSTED)
	_, err = s.preview(s.guest("another"), one, "r4")
	must(t, err)
}

// Redis is emptied repeatedly while runs are requested. No run beyond the limit is admitted, and
// at the end no run is missing.
func TestALostRedisLosesNoCount(t *testing.T) {
	t.Parallel()
	testkit.Redises(t, func(t *testing.T, url string) {
		s := newHarness(t, testkit.SQLite(t), url)
		const budget = 60
		s.vault.budget("workspaces/acme/keys/main", budget, vaultv1.Period_PERIOD_LIFETIME)
		ctx := s.member("acme")
		s.workflow("acme", "greet", plainWorkflow)
		done := make(chan struct{})
		var flusher sync.WaitGroup
		flusher.Go(func() {
			tick := time.NewTicker(7 * time.Millisecond)
			defer tick.Stop()
			for {
				select {
				case <-done:
					return
				case <-tick.C:
					s.flush()
				}
			}
		})
		var admitted atomic.Int64
		ask := func(run string) error {
			_, err := s.own(ctx, "workspaces/acme/workflows/greet", run)
			if err == nil {
				admitted.Add(1)
			}
			return err
		}
		var workers sync.WaitGroup
		for w := range 8 {
			workers.Go(func() {
				for i := range 40 {
					switch err := ask(fmt.Sprintf("r%d-%d", w, i)); errs.CodeOf(err) {
					case codes.OK, codes.ResourceExhausted, codes.Unavailable:
					default:
						t.Errorf("%v", err)
					}
				}
			})
		}
		workers.Wait()
		close(done)
		flusher.Wait()
		if n := admitted.Load(); n > budget {
			t.Fatalf("%d runs were admitted, the budget is %d", n, budget)
		}
		s.flush()
		for i := range budget + 5 {
			_ = ask(fmt.Sprintf("last%d", i))
		}
		if n := admitted.Load(); n != budget {
			t.Errorf("%d runs were admitted in the end, want %d", n, budget)
		}
	})
}

// Two replicas on one PostgreSQL and one Redis enforce the limits exactly.
func TestTwoReplicasAdmitNoMoreThanOne(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.Postgres(t), testkit.RedisCluster(t))
	other := s.replica(s.openDB(), s.openRedis())
	s.workflow("acme", "greet", plainWorkflow)
	ctx := s.member("acme")
	s.vault.budget("workspaces/acme/keys/main", 25, vaultv1.Period_PERIOD_DAY)
	clients := []sharinginternalv1.SharingInternalServiceClient{s.runner, other.runner}
	if n := rush(t, 300, func(i int) error {
		_, err := clients[i%2].AuthorizeRun(ctx, &sharinginternalv1.AuthorizeRunRequest{
			Run: fmt.Sprintf("r%d", i), Target: &sharinginternalv1.AuthorizeRunRequest_Workflow{Workflow: "workspaces/acme/workflows/greet"},
		})
		return err
	}); n != 25 {
		t.Errorf("%d runs were admitted, want 25", n)
	}
}

// After a restart with an empty Redis, no run is admitted before the counters are rebuilt.
func TestARestartCountsFirst(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.workflow("acme", "greet", plainWorkflow)
		ctx := s.member("acme")
		s.vault.budget("workspaces/acme/keys/main", 3, vaultv1.Period_PERIOD_DAY)
		for i := range 3 {
			_, err := s.own(ctx, "workspaces/acme/workflows/greet", fmt.Sprintf("r%d", i))
			must(t, err)
		}
		s.finish("r0")
		restarted := s.replica(s.db, s.openRedis()) // an embedded Redis of its own, empty
		_, err := restarted.runner.AuthorizeRun(ctx, &sharinginternalv1.AuthorizeRunRequest{
			Run: "r3", Target: &sharinginternalv1.AuthorizeRunRequest_Workflow{Workflow: "workspaces/acme/workflows/greet"},
		})
		refused(t, err, errorsv1.Reason_REASON_KEY_BUDGET_EXHAUSTED)
	})
}

// A failure message quotes the visitor's text, whatever it contains.
func TestARunIsBookedWhateverItsMessageSays(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		s := newHarness(t, url, "embedded:")
		s.workflow("acme", "greet", plainWorkflow)
		_, err := s.own(s.member("acme"), "workspaces/acme/workflows/greet", "r1")
		must(t, err)
		_, err = s.runner.FinishRun(context.Background(), &sharinginternalv1.RunEnd{
			Run: "r1", State: sharingv1.RunState_RUN_STATE_FAILED, Reason: "STEP_FAILED", Message: "cannot read \"a\x00b\"",
			Items: []*sharingv1.LineItem{{Step: "s", Attempt: 1, Kind: "model", Resource: "m", Quantity: 2}},
		})
		must(t, err)
		if got := s.run("acme", "r1"); got.GetState() != sharingv1.RunState_RUN_STATE_FAILED || got.GetMessage() != `cannot read "ab"` {
			t.Errorf("the run is %v, %q", got.GetState(), got.GetMessage())
		}
	})
}

// A caller that leaves between the reservation and its row gets all of it back immediately.
// Otherwise a caller that leaves repeatedly would block others.
func TestACallerThatLeavesHoldsNothing(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.workflow("acme", "greet", plainWorkflow)
		token := s.share("acme", "greet", &sharingv1.Share{Limits: &sharingv1.Limits{Runs: 1, Period: vaultv1.Period_PERIOD_DAY}}).GetToken()
		hold, held, written := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		go func() {
			written <- s.db.Group(context.Background(), func(context.Context, *sql.Tx) error {
				close(held)
				<-hold
				return nil
			})
		}()
		<-held
		ctx, leave := context.WithCancel(s.member("visitor"))
		left := make(chan error, 1)
		go func() {
			_, err := s.preview(ctx, token, "r1")
			left <- err
		}()
		eventually(t, "the run is reserved on key and link", func() bool { return s.reserved() == 2 })
		leave()
		if err := <-left; err == nil {
			t.Error("a run was admitted whose row could not be written")
		}
		eventually(t, "nothing is reserved", func() bool { return s.reserved() == 0 })
		close(hold)
		must(t, <-written)
		_, err := s.preview(s.member("visitor"), token, "r2")
		must(t, err)
	})
}
