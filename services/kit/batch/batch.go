package batch

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

var (
	// ErrNotStarted is wrapped by the error of a caller that left before its item was
	// taken. No work was done on the item, and none will be.
	ErrNotStarted = errors.New("not started")
	// errUnanswered is the error of items whose work ended its goroutine (runtime.Goexit).
	errUnanswered = errors.New("the batch ended without an answer")
)

// Func works on a batch. It returns one result for each item, in order, or an error that
// applies to all. Nil results mean that every item succeeded with the zero value. It must
// not keep items.
type Func[In, Out any] func(ctx context.Context, items []In) ([]Result[Out], error)

// Options are the limits of a batcher. The zero value of each is usable.
type Options[In any] struct {
	// MaxItems bounds the items of a batch; 0 means 64.
	MaxItems int
	// MaxWeight bounds the sum of the weights of a batch; 0 means no bound. A heavier item
	// is a batch alone.
	MaxWeight int
	Weight    func(In) int
	// Serial runs one batch at a time, while the next one collects. Otherwise a batch
	// starts as soon as its first caller has given others the chance to join.
	Serial bool
	// Timeout bounds the work on one batch. It therefore also bounds the wait of a caller whose own context has ended; 0
	// means 5 s.
	Timeout time.Duration
	// Isolate reports whether an error of the whole batch may be caused by one item. Each
	// item is then tried once more in its own batch. Nil means never.
	Isolate func(error) bool
}

// Batcher collects items. It is safe for concurrent use.
type Batcher[In, Out any] struct {
	work Func[In, Out]
	opts Options[In]
	// pool has items that no caller owns. Allocating one per call would be most of the garbage.
	pool sync.Pool

	// mu guards the fields below and the lead of waiting items. It is not held during the
	// work.
	mu      sync.Mutex
	waiting queue[In, Out]
	led     bool // there is a leader, which will take the waiting items
}

// New returns a batcher. It starts nothing.
func New[In, Out any](work Func[In, Out], opts Options[In]) *Batcher[In, Out] {
	if opts.MaxItems == 0 {
		opts.MaxItems = 64
	}
	if opts.Timeout == 0 {
		opts.Timeout = 5 * time.Second
	}
	return &Batcher[In, Out]{work: work, opts: opts}
}

// Do works on an item in a batch with items of other callers. If ctx ends before the work
// starts, the item is withdrawn and the error wraps [ErrNotStarted]. After that Do waits
// for the outcome, because other callers depend on the same work; Timeout bounds the wait.
func (b *Batcher[In, Out]) Do(ctx context.Context, in In) (Out, error) {
	if ctx.Err() != nil {
		return notStarted[Out](ctx)
	}
	it := b.take(in)
	defer b.give(it)
	if b.join(it) {
		b.run(ctx, it)
		return it.result.Value, it.result.Err
	}
	woken := false
	select {
	case <-it.wake:
		woken = true
	case <-ctx.Done():
	}
	switch {
	case ctx.Err() != nil && b.withdraw(it):
		return notStarted[Out](ctx)
	case !woken:
		<-it.wake // the work has started, so its outcome must be known
	case it.lead:
		b.run(ctx, it)
	}
	return it.result.Value, it.result.Err
}

func notStarted[Out any](ctx context.Context) (none Out, err error) {
	err, cause := ctx.Err(), context.Cause(ctx)
	if errors.Is(cause, err) {
		return none, fmt.Errorf("%w: %w", ErrNotStarted, cause)
	}
	return none, fmt.Errorf("%w: %w: %w", ErrNotStarted, err, cause)
}

// join queues an item. It reports whether its caller leads the next batch.
func (b *Batcher[In, Out]) join(it *item[In, Out]) (lead bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting.push(it)
	lead, b.led = !b.led, true
	return lead
}

// withdraw removes an item that nobody has taken. If the item leads, the next item leads.
func (b *Batcher[In, Out]) withdraw(it *item[In, Out]) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !it.queued {
		return false
	}
	b.waiting.remove(it)
	if it.lead {
		b.passLead()
		select { // its caller may have received the value already
		case <-it.wake:
		default:
		}
	}
	return true
}

// passLead makes the first waiting item the leader. b.mu must be held throughout: a caller that joined between two
// leaders would wait for a leader that does not exist.
func (b *Batcher[In, Out]) passLead() {
	next := b.waiting.first
	if b.led = next != nil; b.led {
		next.lead = true
		next.wake <- struct{}{} // never blocks: nobody else wakes a waiting item
	}
}

// yields is the number of times that a leader lets other goroutines run before it takes the
// waiting items. On a busy processor these can then join; on an idle one it takes no time.
const yields = 3

// run works on the next batch. own is the leader's item and the first in the queue.
func (b *Batcher[In, Out]) run(ctx context.Context, own *item[In, Out]) {
	for range yields {
		runtime.Gosched()
	}
	batch := b.next()
	for _, it := range batch {
		it.result.Err = errUnanswered
	}
	defer b.answer(batch, own) // deferred, in case the work ends this goroutine
	b.workOn(traceOf(ctx), batch)
}

// traceOf returns an empty context in the leader's trace. The work gets nothing else of the
// leader: its end must not end the work of others, and the work of others must not run in
// its name.
func traceOf(leader context.Context) context.Context {
	if span := trace.SpanContextFromContext(leader); span.IsValid() {
		return trace.ContextWithSpanContext(context.Background(), span)
	}
	return context.Background()
}

// next takes the items of a batch. Unless the batcher is serial, it also starts the next
// leader.
func (b *Batcher[In, Out]) next() []*item[In, Out] {
	b.mu.Lock()
	defer b.mu.Unlock()
	var batch []*item[In, Out]
	for weight := 0; b.waiting.first != nil && len(batch) < b.opts.MaxItems; {
		it := b.waiting.first
		if b.opts.MaxWeight > 0 {
			if weight += b.opts.Weight(it.in); weight > b.opts.MaxWeight && len(batch) > 0 {
				break
			}
		}
		b.waiting.remove(it)
		batch = append(batch, it)
	}
	if !b.opts.Serial {
		b.passLead()
	}
	return batch
}

// answer wakes the callers of a batch except the leader. A serial batcher starts the next
// batch afterwards, so that callers with more items can join it.
func (b *Batcher[In, Out]) answer(batch []*item[In, Out], own *item[In, Out]) {
	for _, it := range batch {
		if it != own {
			it.wake <- struct{}{}
		}
	}
	if b.opts.Serial {
		b.mu.Lock()
		b.passLead()
		b.mu.Unlock()
	}
}

func (b *Batcher[In, Out]) workOn(ctx context.Context, batch []*item[In, Out]) {
	err := b.try(ctx, batch)
	if err != nil && len(batch) > 1 && b.opts.Isolate != nil && b.opts.Isolate(err) {
		for i, it := range batch {
			if err := b.try(ctx, batch[i:i+1]); err != nil {
				it.result = Result[Out]{Err: err}
			}
		}
		return
	}
	if err != nil {
		for _, it := range batch {
			it.result = Result[Out]{Err: err}
		}
	}
}

// try works on a batch once.
func (b *Batcher[In, Out]) try(ctx context.Context, batch []*item[In, Out]) (err error) {
	defer errs.Recover(&err)
	ctx, cancel := context.WithTimeout(ctx, b.opts.Timeout)
	defer cancel()
	items := make([]In, len(batch))
	for i, it := range batch {
		items[i] = it.in
	}
	results, err := b.work(ctx, items)
	switch {
	case err != nil:
		return err
	case results != nil && len(results) != len(batch):
		return fmt.Errorf("%d results for %d items", len(results), len(batch))
	}
	for i, it := range batch {
		it.result = Result[Out]{}
		if results != nil {
			it.result = results[i]
		}
	}
	return nil
}

func (b *Batcher[In, Out]) take(in In) *item[In, Out] {
	it, _ := b.pool.Get().(*item[In, Out])
	if it == nil {
		it = &item[In, Out]{wake: make(chan struct{}, 1)}
	}
	it.in = in
	return it
}

// give returns an item with an empty channel to the pool. It clears the caller's data.
func (b *Batcher[In, Out]) give(it *item[In, Out]) {
	*it = item[In, Out]{wake: it.wake}
	b.pool.Put(it)
}
