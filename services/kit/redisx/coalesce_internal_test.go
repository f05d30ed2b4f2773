package redisx

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
)

// A server that does not answer delays no caller for longer than two round trips may take,
// and a panic does not become an answer.
func TestARoundTripIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		all := newCoalescer(func(ctx context.Context, cmds []redis.Cmder) {
			<-ctx.Done()
			setError(cmds, ctx.Err())
		})
		start := time.Now()
		errs := make(chan error)
		for range 10 {
			go func() {
				errs <- all.do(context.Background(), []redis.Cmder{redis.NewCmd(context.Background(), "ping")})
			}()
		}
		for range 10 {
			if err := <-errs; !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("no answer came, and the caller got %v", err)
			}
		}
		if took := time.Since(start); took > 2*roundTripTimeout {
			t.Errorf("the last one waited %v", took)
		}
	})
}

func TestAPanicIsNoAnswer(t *testing.T) {
	t.Parallel()
	broken := true
	all := newCoalescer(func(context.Context, []redis.Cmder) {
		if broken {
			panic("wanted")
		}
	})
	cmd := redis.NewCmd(context.Background(), "ping")
	if err := all.do(context.Background(), []redis.Cmder{cmd}); err == nil || cmd.Err() == nil {
		t.Errorf("the command of a broken round trip says %v", cmd.Err())
	}
	broken = false
	if err := all.do(context.Background(), []redis.Cmder{redis.NewCmd(context.Background(), "ping")}); err != nil {
		t.Errorf("the next round trip: %v", err)
	}
}
