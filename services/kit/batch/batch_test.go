package batch_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/keyhole-dev/keyhole/services/kit/batch"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// recorder answers each number with its square, and records the batches.
type recorder struct {
	mu      sync.Mutex
	batches [][]int
	// before runs before each batch; its error is the error of the batch.
	before func(ctx context.Context, items []int) error
}

func (r *recorder) work(ctx context.Context, items []int) ([]batch.Result[int], error) {
	r.mu.Lock()
	r.batches = append(r.batches, slices.Clone(items))
	r.mu.Unlock()
	if r.before != nil {
		if err := r.before(ctx, items); err != nil {
			return nil, err
		}
	}
	results := make([]batch.Result[int], len(items))
	for i, n := range items {
		results[i].Value = n * n
	}
	return results, nil
}

// held returns a batcher whose first batch, with item 0, is at work until release is
// called.
func held(r *recorder, opts batch.Options[int]) (b *batch.Batcher[int, int], release func(), first <-chan error) {
	hold, before := make(chan struct{}), r.before
	r.before = func(ctx context.Context, items []int) error {
		if items[0] == 0 {
			<-hold
			return nil
		}
		if before == nil {
			return nil
		}
		return before(ctx, items)
	}
	opts.Serial = true
	b = batch.New(r.work, opts)
	ended := make(chan error, 1)
	go func() { _, err := b.Do(context.Background(), 0); ended <- err }()
	synctest.Wait()
	return b, func() { close(hold) }, ended
}

// join adds items one after the other, and returns the outcome of each.
func join(ctx context.Context, b *batch.Batcher[int, int], items ...int) []*outcome {
	all := make([]*outcome, len(items))
	for i, n := range items {
		o := &outcome{}
		all[i] = o
		go func() { o.value, o.err = b.Do(ctx, n); o.done = true }()
		synctest.Wait()
	}
	return all
}

type outcome struct {
	value int
	err   error
	done  bool
}

func TestItemsThatWaitShareABatchInTheirOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{}
		b, release, _ := held(r, batch.Options[int]{})
		got := join(t.Context(), b, 3, 1, 2)
		release()
		synctest.Wait()
		for i, want := range []int{9, 1, 4} {
			if !got[i].done || got[i].value != want || got[i].err != nil {
				t.Errorf("item %d: %+v, want %d", i, got[i], want)
			}
		}
		if len(r.batches) != 2 || !slices.Equal(r.batches[1], []int{3, 1, 2}) {
			t.Errorf("batches %v", r.batches)
		}
	})
}

func TestABatchIsBounded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		opts  batch.Options[int]
		items []int
		want  [][]int
	}{
		"by its items":  {batch.Options[int]{MaxItems: 2}, []int{1, 2, 3, 4, 5}, [][]int{{1, 2}, {3, 4}, {5}}},
		"by its weight": {batch.Options[int]{MaxWeight: 5, Weight: weigh}, []int{2, 3, 1, 9, 1}, [][]int{{2, 3}, {1}, {9}, {1}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := &recorder{}
				b, release, _ := held(r, c.opts)
				got := join(t.Context(), b, c.items...)
				release()
				synctest.Wait()
				for i, o := range got {
					if !o.done || o.err != nil || o.value != c.items[i]*c.items[i] {
						t.Errorf("item %d: %+v", c.items[i], o)
					}
				}
				if !slices.EqualFunc(r.batches[1:], c.want, slices.Equal[[]int]) {
					t.Errorf("batches %v, want %v", r.batches[1:], c.want)
				}
			})
		})
	}
}

func weigh(n int) int { return n }

func TestACallerThatLeavesBeforeTheStartIsNotWorkedOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{}
		b, release, _ := held(r, batch.Options[int]{})
		leaving, leave := context.WithCancelCause(t.Context())
		gone := join(leaving, b, 1, 2)
		stays := join(t.Context(), b, 3)
		leave(errors.New("gone home"))
		synctest.Wait()
		for _, o := range gone {
			if !o.done || !errors.Is(o.err, batch.ErrNotStarted) || !errors.Is(o.err, context.Canceled) || !strings.Contains(o.err.Error(), "gone home") {
				t.Errorf("%+v", o)
			}
		}
		release()
		synctest.Wait()
		if o := stays[0]; !o.done || o.value != 9 || len(r.batches) != 2 || len(r.batches[1]) != 1 {
			t.Errorf("%+v, batches %v", o, r.batches)
		}
		if _, err := b.Do(leaving, 4); !errors.Is(err, batch.ErrNotStarted) || len(r.batches) != 2 {
			t.Errorf("a caller that is gone already: %v, batches %v", err, r.batches)
		}
	})
}

// The caller that is to lead the next batch may leave at the moment its turn comes.
func TestTheNextCallerLeadsWhenALeaderLeaves(t *testing.T) {
	t.Parallel()
	for range 200 {
		r := &recorder{}
		hold := make(chan struct{})
		r.before = func(context.Context, []int) error { <-hold; return nil }
		b := batch.New(r.work, batch.Options[int]{Serial: true})
		leaving, leave := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() { _, _ = b.Do(t.Context(), 0) })
		for n := range 8 {
			ctx := leaving
			if n%2 == 1 {
				ctx = t.Context()
			}
			all.Go(func() {
				if v, err := b.Do(ctx, n+1); err == nil && v != (n+1)*(n+1) || err != nil && n%2 == 1 {
					t.Errorf("item %d: %d, %v", n+1, v, err)
				}
			})
		}
		runtime.Gosched()
		go leave()
		close(hold)
		all.Wait()
	}
}

// After the start Do waits for the outcome, and the end of one caller's context does not
// end the others'.
func TestACallerThatLeavesAfterTheStartGetsTheOutcome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{}
		hold := make(chan struct{})
		r.before = func(ctx context.Context, _ []int) error {
			select {
			case <-hold:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		b := batch.New(r.work, batch.Options[int]{Serial: true})
		leaving, leave := context.WithCancel(t.Context())
		got := join(leaving, b, 2)
		leave()
		synctest.Wait()
		if got[0].done {
			t.Fatalf("it did not wait: %+v", got[0])
		}
		close(hold)
		synctest.Wait()
		if !got[0].done || got[0].err != nil || got[0].value != 4 {
			t.Errorf("%+v", got[0])
		}
	})
}

func TestTheWorkHasATimeoutAndNobodysContext(t *testing.T) {
	t.Parallel()
	type key struct{}
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{before: func(ctx context.Context, _ []int) error {
			if ctx.Value(key{}) != nil {
				t.Error("the work has a value of its leader's")
			}
			<-ctx.Done()
			return ctx.Err()
		}}
		b := batch.New(r.work, batch.Options[int]{Timeout: 3 * time.Second})
		start := time.Now()
		_, err := b.Do(context.WithValue(t.Context(), key{}, "mine"), 1)
		if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took != 3*time.Second {
			t.Errorf("%v after %v", err, took)
		}
	})
}

// An item that breaks the batch fails alone if Isolate allows it. Otherwise all items get
// the error, and nothing is tried twice.
func TestTheFailingItemIsIsolated(t *testing.T) {
	t.Parallel()
	errSpoiled, errDown := errors.New("spoiled"), errors.New("down")
	for name, c := range map[string]struct {
		fail    error
		tries   int
		spoiled int
	}{"one item": {errSpoiled, 1 + 4, 1}, "the peer": {errDown, 1, 4}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := &recorder{before: func(_ context.Context, items []int) error {
					if slices.Contains(items, 2) {
						return c.fail
					}
					return nil
				}}
				b, release, _ := held(r, batch.Options[int]{Isolate: func(err error) bool { return errors.Is(err, errSpoiled) }})
				got := join(t.Context(), b, 1, 2, 3, 4)
				release()
				synctest.Wait()
				failed := 0
				for i, o := range got {
					if o.err != nil {
						failed++
					}
					if !o.done || i == 1 && !errors.Is(o.err, c.fail) {
						t.Errorf("item %d: %+v", i+1, o)
					}
				}
				if failed != c.spoiled || len(r.batches)-1 != c.tries {
					t.Errorf("%d of 4 failed, batches %v", failed, r.batches)
				}
			})
		})
	}
}

func TestEachItemGetsItsOwnError(t *testing.T) {
	t.Parallel()
	errOdd := errors.New("odd")
	b := batch.New(func(_ context.Context, items []int) ([]batch.Result[int], error) {
		results := make([]batch.Result[int], len(items))
		for i, n := range items {
			if results[i].Value = n; n%2 == 1 {
				results[i].Err = errOdd
			}
		}
		return results, nil
	}, batch.Options[int]{})
	var all sync.WaitGroup
	for n := range 500 {
		all.Go(func() {
			if v, err := b.Do(t.Context(), n); v != n || errors.Is(err, errOdd) != (n%2 == 1) {
				t.Errorf("item %d: %d, %v", n, v, err)
			}
		})
	}
	all.Wait()
}

func TestAPanicFailsItsBatchAndNoOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{before: func(_ context.Context, items []int) error {
			if slices.Contains(items, 2) {
				panic("the inside")
			}
			return nil
		}}
		b, release, _ := held(r, batch.Options[int]{})
		got := join(t.Context(), b, 1, 2, 3)
		release()
		synctest.Wait()
		for _, o := range got {
			if !o.done || errs.CodeOf(o.err) != codes.Internal || !strings.Contains(o.err.Error(), "the inside") {
				t.Errorf("%+v", o)
			}
		}
		if v, err := b.Do(t.Context(), 3); v != 9 || err != nil {
			t.Errorf("the next batch: %d, %v", v, err)
		}
	})
}

// Work that ends its goroutine leaves no caller waiting.
func TestWorkThatNeverReturnsIsAnswered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{before: func(_ context.Context, items []int) error {
			if len(items) > 1 {
				runtime.Goexit()
			}
			return nil
		}}
		b, release, _ := held(r, batch.Options[int]{})
		got := join(t.Context(), b, 1, 2)
		release()
		synctest.Wait()
		if !got[1].done || got[1].err == nil {
			t.Errorf("%+v", got[1])
		}
		if v, err := b.Do(t.Context(), 3); v != 9 || err != nil {
			t.Errorf("the next batch: %d, %v", v, err)
		}
	})
}

func TestAResultForEachItemIsRequired(t *testing.T) {
	t.Parallel()
	short := batch.New(func(context.Context, []int) ([]batch.Result[int], error) {
		return []batch.Result[int]{}, nil
	}, batch.Options[int]{})
	if _, err := short.Do(t.Context(), 1); err == nil {
		t.Error("an item without a result succeeded")
	}
	none := batch.New(func(context.Context, []int) ([]batch.Result[int], error) { return nil, nil }, batch.Options[int]{})
	if v, err := none.Do(t.Context(), 1); v != 0 || err != nil {
		t.Errorf("no results: %d, %v", v, err)
	}
}

// Batches of a batcher that is not serial run at the same time.
func TestBatchesRunAtTheSameTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hold := make(chan struct{})
		r := &recorder{before: func(context.Context, []int) error { <-hold; return nil }}
		b := batch.New(r.work, batch.Options[int]{})
		got := join(t.Context(), b, 1, 2, 3)
		if len(r.batches) != 3 {
			t.Errorf("batches %v", r.batches)
		}
		close(hold)
		synctest.Wait()
		for _, o := range got {
			if !o.done || o.err != nil {
				t.Errorf("%+v", o)
			}
		}
	})
}
