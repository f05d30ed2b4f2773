package visitor

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// source is a link whose state a test sets. It counts the reads.
type source struct {
	state atomic.Value
	reads atomic.Int64
}

func newSource(state string) *source {
	s := &source{}
	s.state.Store(state)
	return s
}

func (s *source) read(context.Context) string {
	s.reads.Add(1)
	return s.state.Load().(string)
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func TestAWatchedLinkIsReadOnceForAllPages(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, link := newWatched(time.Second, 10), newSource("live")
		first, stopFirst, _ := w.add("a", link.read)
		second, stopSecond, _ := w.add("a", link.read)
		time.Sleep(3500 * time.Millisecond)
		if n := link.reads.Load(); n != 4 {
			t.Errorf("two pages: %d reads in 3.5 s, want 4", n)
		}
		link.state.Store("paused")
		time.Sleep(time.Second)
		synctest.Wait()
		if !closed(first) || !closed(second) {
			t.Error("a page was not told of the change")
		}
		stopFirst()
		stopSecond()
		if len(w.links) != 0 {
			t.Errorf("%d links stay after the last page", len(w.links))
		}
	})
}

func TestTheLastPageEndsTheReading(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, link := newWatched(time.Second, 1), newSource("live")
		_, stop, _ := w.add("a", link.read)
		if _, _, ok := w.add("b", link.read); ok {
			t.Error("more links are watched than allowed")
		}
		stop()
		stop() // a second call changes nothing
		synctest.Wait()
		before := link.reads.Load()
		time.Sleep(time.Minute)
		if n := link.reads.Load(); n != before {
			t.Errorf("%d reads after the last page", n-before)
		}
		if _, stop, ok := w.add("b", link.read); !ok {
			t.Error("the room was not freed")
		} else {
			stop()
		}
	})
}

func TestAnOutageIsNoChange(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, link := newWatched(time.Second, 1), newSource("live")
		changed, stop, _ := w.add("a", link.read)
		defer stop()
		synctest.Wait()
		link.state.Store("")
		time.Sleep(5 * time.Second)
		link.state.Store("live")
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if closed(changed) {
			t.Error("an outage counted as a change")
		}
	})
}

// A page that reads its link once it knows that the link is watched misses no change after
// that, however long the first reading takes.
func TestALinkIsWatchedFromItsFirstReading(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, link := newWatched(time.Second, 10), newSource("live")
		changed, stop, _ := w.add("a", func(ctx context.Context) string {
			if link.reads.Load() == 0 {
				time.Sleep(time.Minute) // the first reading is slow
			}
			return link.read(ctx)
		})
		defer stop()
		link.state.Store("paused")
		time.Sleep(time.Second)
		synctest.Wait()
		if !closed(changed) {
			t.Error("the change was missed")
		}
	})
}
