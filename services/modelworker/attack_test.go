package modelworker_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/modelworker/workertest"
)

// One workspace holds all workers that it can get and queues many calls. A quiet workspace
// runs without waiting for them.
func TestAttackOneWorkspacesQueueOfModels(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A7", "a queue of slow models of one workspace, in front of a quiet one")
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	pool := workertest.Pool(t, func(c *modelworker.Config) { c.Workers = 4 })
	path := double(t)
	slow, quick := model("hog", path), model("quiet", path)
	slow.Client, quick.Client = fair.Client{Tenant: "hog", Visitor: "key"}, fair.Client{Tenant: "quiet", Visitor: "key"}
	busy, release := make(chan struct{}, 100), make(chan struct{})
	var calls sync.WaitGroup
	for range 40 {
		calls.Go(func() {
			err := pool.Infer(ctx, slow, []modelworker.Input{floats([]int64{1}, 1)}, func([]modelworker.Output) error {
				busy <- struct{}{}
				<-release
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	<-busy
	<-busy // it holds its half, and will not return it
	for range 10 {
		_, err := add(ctx, pool, quick, 1)
		a.Attempt(err == nil, "a quiet workspace waits behind another one's queue: %v", err)
	}
	a.Attempt(len(busy) == 0, "one workspace has %d workers more than half", len(busy))
	close(release)
	calls.Wait()
}
