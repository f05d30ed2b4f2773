package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/batch"
)

// ErrNotWritten is wrapped by the error of a caller whose context ended before its function
// started. The function will not run. After other errors the outcome may be unknown.
var ErrNotWritten = errors.New("the write was not begun")

// gaveUp is the error of a caller whose context ended before its function started.
func gaveUp(ctx context.Context) error {
	return fmt.Errorf("%w: wait for the writer: %w", ErrNotWritten, ctx.Err())
}

// group is the group-commit writer. A durable commit costs one flush of the disk, for one
// row or for a hundred. So waiting writes share a transaction: each runs in a savepoint,
// and all callers are answered after the commit. While one batch commits, the next one
// collects.
type group struct {
	db      *pools
	timeout time.Duration
	batch   *batch.Batcher[*write, struct{}]

	// mu orders enter and close, because a wait group must not grow from zero while it is
	// waited for.
	mu      sync.RWMutex
	closing bool
	callers sync.WaitGroup
}

func newGroup(db *pools, opts Options) *group {
	g := &group{db: db, timeout: opts.BatchTimeout}
	work := func(_ context.Context, writes []*write) ([]batch.Result[struct{}], error) {
		g.run(writes)
		return nil, nil
	}
	// Each transaction of a batch has its own timeout, because some may run a second time.
	g.batch = batch.New(work, batch.Options[*write]{MaxItems: opts.BatchSize, Serial: true, Timeout: opts.BatchTimeout})
	return g
}

// Group runs fn in a transaction that it shares with other callers, and returns after the
// commit: nil means durable. An error of fn undoes what fn wrote, and nothing else. If the
// commit fails, every caller of the batch gets the error.
//
// fn must be short, because others wait for it. Its context is not the caller's, because
// the end of one caller must not undo the writes of others. If the caller's context ends
// before fn has started, nothing is written; after that Group waits for the outcome. fn may
// run again after a lost race (see Tx). A panic in fn is raised in its own caller.
func (db *DB) Group(ctx context.Context, fn func(context.Context, *sql.Tx) error) error {
	return db.group.do(&write{ctx: ctx, fn: fn})
}

// do waits until a write has been committed or has failed.
func (g *group) do(w *write) error {
	if w.ctx.Value(writing{}) == g.db {
		return errNested
	}
	if err := g.submit(w); err != nil {
		return Error(err)
	}
	if w.panicked != nil {
		panic(w.panicked)
	}
	return Error(w.err)
}

// submit adds a write to a batch.
func (g *group) submit(w *write) error {
	if !g.enter() {
		return errClosed
	}
	defer g.callers.Done()
	_, err := g.batch.Do(w.ctx, w)
	if errors.Is(err, batch.ErrNotStarted) {
		return gaveUp(w.ctx)
	}
	return err
}

func (g *group) enter() bool {
	g.mu.RLock()
	defer g.mu.RUnlock()
	if g.closing {
		return false
	}
	g.callers.Add(1)
	return true
}

// close refuses new writes and waits for the accepted ones.
func (g *group) close() {
	g.mu.Lock()
	g.closing = true
	g.mu.Unlock()
	g.callers.Wait()
}

// run commits a batch, and then the writes that must run alone.
func (g *group) run(batch []*write) {
	live := batch[:0]
	for _, w := range batch {
		if w.ctx.Err() == nil {
			live = append(live, w)
		} else {
			w.err = gaveUp(w.ctx)
		}
	}
	for _, w := range g.commit(live) {
		w.err = g.alone(w)
	}
}

// alone runs one write in its own transaction.
func (g *group) alone(w *write) error {
	ctx, cancel := g.context()
	defer cancel()
	return g.db.retryTx(ctx, func(tx *sql.Tx) error { return w.whole(ctx, tx) })
}
