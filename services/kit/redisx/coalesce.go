package redisx

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/keyhole-dev/keyhole/services/kit/batch"
)

const (
	// maxCommands bounds the commands of one write to the server.
	maxCommands = 1000
	// roundTripTimeout bounds a round trip with its retries, and so the time that later
	// callers wait for their turn. The deadline of one caller does not bound the commands
	// of others.
	roundTripTimeout = 4 * time.Second
)

// coalescer joins the pipelines of concurrent callers into one write and one read, because
// a system call costs more than a command. While one round trip is in progress, the next
// one collects. The commands of a caller stay together and in order, and get their own
// answers and errors.
type coalescer struct {
	batch *batch.Batcher[[]redis.Cmder, struct{}]
}

func newCoalescer(exec func(ctx context.Context, cmds []redis.Cmder)) *coalescer {
	work := func(ctx context.Context, pipelines [][]redis.Cmder) ([]batch.Result[struct{}], error) {
		exec(ctx, concat(pipelines))
		return nil, nil
	}
	return &coalescer{batch.New(work, batch.Options[[]redis.Cmder]{
		MaxItems: maxCommands, MaxWeight: maxCommands, Weight: func(cmds []redis.Cmder) int { return len(cmds) },
		Serial: true, Timeout: roundTripTimeout,
	})}
}

// do runs the commands and returns after all are answered. A caller whose context ends
// after its commands were sent still waits, because the outcome would be unknown otherwise.
func (c *coalescer) do(ctx context.Context, cmds []redis.Cmder) error {
	if _, err := c.batch.Do(ctx, cmds); err != nil { // nothing was answered: not sent, or aborted
		setError(cmds, err)
		return err
	}
	return firstError(cmds)
}

func concat(pipelines [][]redis.Cmder) []redis.Cmder {
	if len(pipelines) == 1 {
		return pipelines[0]
	}
	n := 0
	for _, cmds := range pipelines {
		n += len(cmds)
	}
	all := make([]redis.Cmder, 0, n)
	for _, cmds := range pipelines {
		all = append(all, cmds...)
	}
	return all
}

func setError(cmds []redis.Cmder, err error) {
	for _, c := range cmds {
		c.SetErr(err)
	}
}

func firstError(cmds []redis.Cmder) error {
	for _, c := range cmds {
		if err := c.Err(); err != nil {
			return err
		}
	}
	return nil
}

// Pipelined implements redis.Cmdable. If one server has all keys, the commands that fn
// queues are sent together with those of other callers.
func (c *Client) Pipelined(ctx context.Context, fn func(redis.Pipeliner) error) ([]redis.Cmder, error) {
	if c.coalescer == nil {
		return c.UniversalClient.Pipelined(ctx, fn) //nolint:wrapcheck // the interface's own errors
	}
	p := c.Pipeline()
	if err := fn(p); err != nil || p.Len() == 0 {
		return nil, err
	}
	cmds := p.Cmds()
	return cmds, c.coalescer.do(ctx, cmds)
}

// exec sends the commands in one write.
func (c *Client) exec(ctx context.Context, cmds []redis.Cmder) {
	p := c.Pipeline()
	if err := p.BatchProcess(ctx, cmds...); err != nil {
		setError(cmds, err)
		return
	}
	_, _ = p.Exec(ctx) // each command has its own error
}
