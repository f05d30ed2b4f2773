package vault

import (
	"context"
	"runtime"
	"slices"
	"sync"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// maxIntents is how many intents are written by one statement: a power of 4.
const maxIntents = 64

// yields is how often the writer steps back before it takes what waits.
const yields = 3

// intents gathers the intents that wait while others are written, and writes them
// together. Each costs a fraction of a statement, and the disk's flush is shared.
type intents struct {
	write func(context.Context, []attempt) (map[string]beginning, error)

	mu      sync.Mutex
	waiting []*intent
	busy    bool
	writers sync.WaitGroup
}

type intent struct {
	attempt
	done   chan struct{}
	became beginning
	err    error
}

// begin writes an intent durably and says whether its call may be made. A caller that leaves while its intent waits is not written;
// after that begin waits for the outcome.
func (w *intents) begin(ctx context.Context, a attempt) (beginning, error) {
	in := &intent{attempt: a, done: make(chan struct{})}
	w.add(in)
	select {
	case <-in.done:
	case <-ctx.Done():
		if w.withdraw(in) {
			return usedBefore, context.Cause(ctx)
		}
		<-in.done // bounded by writeTimeout
	}
	return in.became, in.err
}

// add queues an intent, and starts a writer if there is none. The writer ends
// when nothing waits.
func (w *intents) add(in *intent) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting = append(w.waiting, in)
	if !w.busy {
		w.busy = true
		w.writers.Go(w.drain)
	}
}

func (w *intents) withdraw(in *intent) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.Index(w.waiting, in)
	if i < 0 {
		return false
	}
	w.waiting = slices.Delete(w.waiting, i, i+1)
	return true
}

// drain lets whoever is about to begin come first: on a fast disk nearly every
// intent would be a statement and a commit of its own. When nobody is about to,
// stepping back takes no time.
func (w *intents) drain() {
	for {
		for range yields {
			runtime.Gosched()
		}
		batch := w.take()
		if len(batch) == 0 {
			return
		}
		w.finish(batch)
	}
}

func (w *intents) take() []*intent {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := min(len(w.waiting), maxIntents)
	batch := slices.Clone(w.waiting[:n])
	w.waiting = slices.Delete(w.waiting, 0, n)
	w.busy = n > 0
	return batch
}

// finish writes a batch and answers. What the database refuses about one must
// not fail the others, who may be other tenants: then each is written alone.
func (w *intents) finish(batch []*intent) {
	err := w.together(batch)
	if err != nil && len(batch) > 1 && aboutOne(err) {
		for _, in := range batch {
			in.answer(w.together([]*intent{in}))
		}
		return
	}
	for _, in := range batch {
		in.answer(err)
	}
}

// aboutOne tells what the database says of a row from what it says of itself.
func aboutOne(err error) bool {
	switch errs.ReasonOf(err) {
	case errorsv1.Reason_REASON_INTERNAL, errorsv1.Reason_REASON_INVALID_REQUEST:
		return true
	}
	return false
}

func (in *intent) answer(err error) {
	in.err = err
	close(in.done)
}

func (w *intents) together(batch []*intent) error {
	ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
	defer cancel()
	rows := make([]attempt, len(batch))
	for i, in := range batch {
		rows[i] = in.attempt
	}
	became, err := w.write(ctx, rows)
	for _, in := range batch {
		in.became = became[in.id]
	}
	return err
}
