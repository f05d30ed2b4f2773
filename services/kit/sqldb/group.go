package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// errClosed is what a write after Close gets.
var errClosed = errors.New("the database is closed")

// ErrNotWritten is under the error of a caller that left before its turn: the function
// was not begun, and will not be. After other errors it may be that nobody knows.
var ErrNotWritten = errors.New("the write was not begun")

// gaveUp is the error of a caller that left before its turn.
func gaveUp(ctx context.Context) error {
	return fmt.Errorf("%w: wait for the writer: %w", ErrNotWritten, ctx.Err())
}

// group is the group-commit writer. A durable commit costs a disk's flush,
// whether it holds one row or a hundred: so one goroutine takes all writes that
// wait, runs each in a savepoint of one transaction, and answers them after the
// commit. While it flushes, the next batch gathers.
type group struct {
	db      *DB
	size    int
	timeout time.Duration
	queue   chan *write
	done    chan struct{} // closed when the writer has ended

	mu      sync.RWMutex
	closing bool
	callers sync.WaitGroup
}

// write is one caller's function and, after done, what became of it.
type write struct {
	ctx context.Context //nolint:containedctx // of the one caller that waits; only its end is looked at
	fn  func(context.Context, *sql.Tx) error
	// statements are what fn runs, where that is known, and changed their rows.
	statements []Statement
	changed    []int64
	state      atomic.Int32
	done       chan struct{}
	err        error
	panicked   any
}

// States of a write. Whoever changes waiting to another decides: the writer
// that starts it, or the caller that gave up.
const (
	waiting int32 = iota
	started
	abandoned
)

func newGroup(db *DB, opts Options) *group {
	g := &group{
		db: db, size: opts.BatchSize, timeout: opts.BatchTimeout,
		queue: make(chan *write, opts.BatchSize), done: make(chan struct{}),
	}
	go g.loop()
	return g
}

// Group runs fn in a transaction that it shares with other callers, and returns
// after the commit: nil means durable. An error of fn undoes what fn wrote, and
// nothing else. If the commit fails, every caller of the batch gets the error.
//
// fn must be short, since others wait for it; it gets a context that is not
// the caller's, because one caller's end must not undo the others' writes. A
// caller whose context ends before fn has started is not written; after that
// Group waits for the outcome. fn may run again after a lost race (see Tx), and
// a panic in it is the caller's.
func (db *DB) Group(ctx context.Context, fn func(context.Context, *sql.Tx) error) error {
	return db.group.do(&write{ctx: ctx, fn: fn})
}

// do has a write done, and waits for what becomes of it.
func (g *group) do(w *write) error {
	if w.ctx.Value(writing{}) == g.db {
		return errNested
	}
	w.done = make(chan struct{})
	if err := g.submit(w); err != nil {
		return Error(err)
	}
	if w.panicked != nil {
		panic(w.panicked)
	}
	return Error(w.err)
}

// submit queues the write and waits for it.
func (g *group) submit(w *write) error {
	if !g.enter() {
		return errClosed
	}
	defer g.callers.Done()
	select {
	case g.queue <- w:
	case <-w.ctx.Done():
		return gaveUp(w.ctx)
	}
	select {
	case <-w.done:
		return nil
	case <-w.ctx.Done():
		if w.state.CompareAndSwap(waiting, abandoned) {
			return gaveUp(w.ctx)
		}
		<-w.done // bounded by the batch's timeout
		return nil
	}
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

// close refuses new writes, finishes those that wait, and ends the writer.
func (g *group) close() {
	g.mu.Lock()
	first := !g.closing
	g.closing = true
	g.mu.Unlock()
	if first {
		g.callers.Wait()
		close(g.queue)
	}
	<-g.done
}

func (g *group) loop() {
	defer close(g.done)
	for first := range g.queue {
		g.run(g.gather(first))
	}
}

// yields is how often gather steps back for others.
const yields = 4

// gather takes what waits. It waits for no one, but on a busy processor it lets
// whoever is about to write come first: commits cost more than writes, also where
// the disk is fast. When nobody is about to, stepping back takes no time.
func (g *group) gather(first *write) []*write {
	batch := append(make([]*write, 0, 1+len(g.queue)), first)
	for range yields {
		before := len(batch)
		batch = g.take(batch)
		if len(batch) == g.size || before > 1 && len(batch) == before {
			break
		}
		runtime.Gosched()
	}
	return g.take(batch)
}

// take adds what is in the queue now.
func (g *group) take(batch []*write) []*write {
	for len(batch) < g.size {
		select {
		case w, ok := <-g.queue:
			if !ok {
				return batch
			}
			batch = append(batch, w)
		default:
			return batch
		}
	}
	return batch
}

// run writes a batch, then by themselves those that were in another's way.
func (g *group) run(batch []*write) {
	live := batch[:0]
	for _, w := range batch {
		if w.ctx.Err() == nil && w.state.CompareAndSwap(waiting, started) {
			live = append(live, w)
		} else if w.state.CompareAndSwap(waiting, abandoned) {
			w.finish(gaveUp(w.ctx))
		}
	}
	for _, w := range g.commit(live) {
		w.finish(g.alone(w))
	}
}

func (w *write) finish(err error) {
	w.err = err
	close(w.done)
}

// call runs fn and keeps its panic for the caller.
func (w *write) call(ctx context.Context, tx *sql.Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			w.panicked = p
			err = fmt.Errorf("panic in a group write: %v", p)
		}
	}()
	w.panicked = nil
	return w.fn(ctx, tx)
}

// alone runs one write in its own transaction.
func (g *group) alone(w *write) error {
	ctx, cancel := g.context()
	defer cancel()
	return g.db.retryTx(ctx, func(tx *sql.Tx) error { return w.call(ctx, tx) })
}

// context is what the writes of one transaction share.
func (g *group) context() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithValue(context.Background(), writing{}, g.db), g.timeout)
}
