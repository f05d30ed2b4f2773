package models

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/modelworker"
)

// job is one call of a model on all pictures of a batch.
type job struct {
	pool    *modelworker.Pool
	pkg     *Package
	task    string
	tenant  string
	client  fair.Client
	options map[string]any
}

// parallel is the number of pictures or lines of text in progress for one job. The pool of
// workers bounds the real concurrency.
const parallel = 4

// each calls do for every index, up to parallel at a time.
func each(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	if n == 1 {
		return do(ctx, 0)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for i := range n {
		group.Go(func() (err error) {
			// The outputs of hostile models are decoded on these goroutines, and an
			// unrecovered panic would end the runs of all clients.
			defer errs.Recover(&err)
			return do(ctx, i)
		})
	}
	return group.Wait()
}
