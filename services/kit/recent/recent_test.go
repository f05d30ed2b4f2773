package recent_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/recent"
)

// counted returns the number of reads.
func counted(reads *int) func(context.Context) (int, error) {
	return func(context.Context) (int, error) { *reads++; return *reads, nil }
}

func get(t *testing.T, c *recent.Cache[int], key string, read func(context.Context) (int, error)) int {
	t.Helper()
	v, err := c.Get(t.Context(), key, read)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAnAnswerIsUsedUntilItIsTooOld(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, reads := recent.New[int](time.Now, 10), 0
		slow := func(ctx context.Context) (int, error) {
			time.Sleep(100 * time.Millisecond) // the age counts from the request
			return counted(&reads)(ctx)
		}
		get(t, c, "a", slow)
		time.Sleep(recent.MaxAge - 101*time.Millisecond)
		if v := get(t, c, "a", slow); v != 1 {
			t.Errorf("got %d: an answer was not used again", v)
		}
		time.Sleep(time.Millisecond)
		if v := get(t, c, "a", slow); v != 2 {
			t.Errorf("got %d: an answer was too old", v)
		}
		if v := get(t, c, "b", slow); v != 3 {
			t.Errorf("got %d for another key", v)
		}
	})
}

func TestAClockThatIsSetBackKeepsNoAnswer(t *testing.T) {
	t.Parallel()
	now, reads := time.Unix(1000, 0), 0
	c := recent.New[int](func() time.Time { return now }, 10)
	get(t, c, "a", counted(&reads))
	now = now.Add(-time.Hour)
	if v := get(t, c, "a", counted(&reads)); v != 2 {
		t.Errorf("got %d", v)
	}
}

func TestErrorsAreNotKept(t *testing.T) {
	t.Parallel()
	c, reads := recent.New[int](time.Now, 10), 0
	wanted := errors.New("wanted")
	if _, err := c.Get(t.Context(), "a", func(context.Context) (int, error) { return 0, wanted }); !errors.Is(err, wanted) {
		t.Errorf("got %v", err)
	}
	_, err := c.Get(t.Context(), "a", func(context.Context) (int, error) { panic("the inside") })
	if err == nil || !strings.Contains(err.Error(), "the inside") {
		t.Errorf("a panic gave %v", err)
	}
	if v := get(t, c, "a", counted(&reads)); v != 1 {
		t.Errorf("got %d", v)
	}
}

func TestCallersAtTheSameTimeShareALoad(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, reads := recent.New[int](time.Now, 10), 0
		hold := make(chan struct{})
		read := func(ctx context.Context) (int, error) {
			<-hold
			if ctx.Err() != nil {
				t.Error("the load ended with its first caller")
			}
			return counted(&reads)(ctx)
		}
		first, leave := context.WithCancel(t.Context())
		got := make(chan error, 4)
		ask := func(ctx context.Context) {
			v, err := c.Get(ctx, "a", read)
			if err == nil && v != 1 {
				err = fmt.Errorf("got %d", v)
			}
			got <- err
		}
		go ask(first)
		synctest.Wait()
		second, leaveToo := context.WithCancel(t.Context())
		go ask(second)
		go ask(t.Context())
		synctest.Wait()
		leave()
		leaveToo()
		synctest.Wait()
		if err := <-got; !errors.Is(err, context.Canceled) {
			t.Errorf("a caller that left while it waited got %v", err)
		}
		close(hold)
		for range 2 {
			if err := <-got; err != nil {
				t.Error(err)
			}
		}
		if reads != 1 {
			t.Errorf("%d reads", reads)
		}
	})
}

// A caller that asks after a change must not get a value that was read before it, neither
// from a load in progress nor from the value that this load stores.
func TestAChangeIsSeenByEveryLaterCaller(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*recent.Cache[int]){
		"of the key": func(c *recent.Cache[int]) { c.Drop("a") },
		"of all":     func(c *recent.Cache[int]) { c.DropAll() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, hold := recent.New[int](time.Now, 10), make(chan struct{})
				old := make(chan int)
				go func() {
					v, _ := c.Get(t.Context(), "a", func(context.Context) (int, error) { <-hold; return 1, nil })
					old <- v
				}()
				synctest.Wait()
				change(c)
				fresh := func(context.Context) (int, error) { return 2, nil }
				if v := get(t, c, "a", fresh); v != 2 {
					t.Errorf("a caller after the change got %d", v)
				}
				close(hold)
				if v := <-old; v != 1 {
					t.Errorf("the caller before the change got %d", v)
				}
				if v := get(t, c, "a", fresh); v != 2 {
					t.Errorf("the old load left %d behind", v)
				}
			})
		})
	}
}

func TestPutAndDrop(t *testing.T) {
	t.Parallel()
	c, reads := recent.New[int](time.Now, 10), 0
	c.Put("a", 7)
	if v := get(t, c, "a", counted(&reads)); v != 7 {
		t.Errorf("got %d", v)
	}
	c.Drop("a")
	if v := get(t, c, "a", counted(&reads)); v != 1 {
		t.Errorf("got %d after a drop", v)
	}
}

func TestTheSizeIsBounded(t *testing.T) {
	t.Parallel()
	c, reads := recent.New[int](time.Now, 3), 0
	for i := range 4 {
		c.Put(fmt.Sprint(i), i)
	}
	for i := range 3 {
		get(t, c, fmt.Sprint(i), counted(&reads))
	}
	if reads == 0 {
		t.Error("four answers were kept, three may be")
	}
}

// An answer may be old when its load ends. A caller that asks long after the load began must
// not get it: the right that it grants may have been revoked in between.
func TestASlowLoadTakesNoLateCallers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, hold := recent.New[int](time.Now, 10), make(chan struct{})
		old := make(chan int)
		go func() {
			v, _ := c.Get(t.Context(), "a", func(context.Context) (int, error) { <-hold; return 1, nil })
			old <- v
		}()
		time.Sleep(recent.MaxAge)
		fresh := func(context.Context) (int, error) { return 2, nil }
		if v := get(t, c, "a", fresh); v != 2 {
			t.Errorf("a late caller got %d", v)
		}
		close(hold)
		if v := <-old; v != 1 {
			t.Errorf("the first caller got %d", v)
		}
		if v := get(t, c, "a", fresh); v != 2 {
			t.Errorf("the old answer %d replaced the later one", v)
		}
	})
}
