package redisx_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/keyhole-dev/keyhole/services/kit/redisx"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// Many concurrent callers: each pipeline gets its own answers, its commands run in order
// and together, and a failing command of one caller does not affect others.
func TestPipelinesTogether(t *testing.T) {
	t.Parallel()
	testkit.Redises(t, func(t *testing.T, url string) {
		client := open(t, url, "t")
		const callers, rounds = 16, 50
		var wg sync.WaitGroup
		for caller := range callers {
			wg.Go(func() {
				for round := range rounds {
					if err := pipelineOnce(t.Context(), client, caller, round); err != nil {
						t.Errorf("caller %d, round %d: %v", caller, round, err)
						return
					}
				}
			})
		}
		wg.Wait()
		n, err := client.Get(t.Context(), client.Key("shared", "n")).Int()
		if err != nil || n != callers*rounds {
			t.Errorf("the shared counter is %d (%v), want %d", n, err, callers*rounds)
		}
	})
}

func pipelineOnce(ctx context.Context, client *redisx.Client, caller, round int) error {
	own := client.Key(fmt.Sprint(caller), "v")
	var before, after *redis.IntCmd
	var wrong *redis.StatusCmd
	var got *redis.StringCmd
	_, err := client.Pipelined(ctx, func(p redis.Pipeliner) error {
		before = p.Incr(ctx, client.Key("shared", "n"))
		p.Set(ctx, own, round, 0)
		got = p.Get(ctx, own)
		if caller%2 == 1 {
			wrong = p.LTrim(ctx, own, 0, 1) // a number is no list
		}
		after = p.IncrBy(ctx, client.Key("shared", "n"), 0)
		return nil
	})
	switch {
	case caller%2 == 1 && (err == nil || wrong.Err() == nil):
		return errors.New("the failing command did not fail")
	case caller%2 == 0 && err != nil:
		return err
	case got.Val() != fmt.Sprint(round):
		return fmt.Errorf("got %q, want %d", got.Val(), round)
	case before.Err() != nil || after.Err() != nil || after.Val() < before.Val():
		return fmt.Errorf("counted %v, then %v", before, after)
	}
	return nil
}

// A caller that gives up before its turn gets an error, and none of its commands runs.
func TestPipelineOfACallerThatGaveUp(t *testing.T) {
	t.Parallel()
	testkit.Redises(t, func(t *testing.T, url string) {
		client := open(t, url, "t")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		var set *redis.StatusCmd
		_, err := client.Pipelined(ctx, func(p redis.Pipeliner) error {
			set = p.Set(ctx, client.Key("a"), 1, 0)
			return nil
		})
		if !errors.Is(err, context.Canceled) || !errors.Is(set.Err(), context.Canceled) {
			t.Errorf("%v, and of the command %v", err, set.Err())
		}
		if n, err := client.Exists(t.Context(), client.Key("a")).Result(); err != nil || n != 0 {
			t.Errorf("%d keys, %v", n, err)
		}
	})
}
