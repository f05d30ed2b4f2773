package redisx

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// togetherAtMost bounds the commands that go to the server in one write.
	togetherAtMost = 1000
	// togetherWithin bounds a round trip with its retries, and so how long those who
	// come after it wait for their turn: no caller's own time bounds what is others' too.
	togetherWithin = 4 * time.Second
)

// together sends the pipelines of callers that come at the same time in one write and
// reads their answers in one read: a system call costs more than a command. While one
// such round trip is under way the next gathers. Each caller's commands stay in their
// order and beside each other, and get their own answers and errors.
type together struct {
	exec func(ctx context.Context, cmds []redis.Cmder)

	mu      sync.Mutex
	busy    bool
	waiting []*crowd
}

// crowd is the pipelines that go in one round trip. The first caller makes it.
type crowd struct {
	cmds []redis.Cmder
	// turn is closed when the round trip before it is over, done after its own.
	turn, done chan struct{}
}

// do runs the commands and returns when all have their answers. It does not end
// with its caller's context: the others' commands would end with it, and a command's
// fate would be unknown all the same.
func (t *together) do(ctx context.Context, cmds []redis.Cmder) error {
	if err := ctx.Err(); err != nil {
		setError(cmds, err)
		return err
	}
	c, first := t.join(cmds)
	if !first {
		<-c.done
		return firstError(cmds)
	}
	<-c.turn
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), togetherWithin)
	defer cancel()
	t.send(ctx, c)
	return firstError(cmds)
}

var errUnanswered = errors.New("the round trip was broken off")

// send makes a crowd's round trip. Whatever happens, nobody takes a command without
// an answer for one that was done.
func (t *together) send(ctx context.Context, c *crowd) {
	all, answered := t.close(c), false
	defer func() {
		if !answered {
			setError(all, errUnanswered)
		}
		t.leave(c)
	}()
	t.exec(ctx, all)
	answered = true
}

// join adds the commands to the crowd that gathers, or begins one.
func (t *together) join(cmds []redis.Cmder) (c *crowd, first bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.waiting); n > 0 && len(t.waiting[n-1].cmds)+len(cmds) <= togetherAtMost {
		c = t.waiting[n-1]
		c.cmds = append(c.cmds, cmds...)
		return c, false
	}
	c = &crowd{cmds: cmds, turn: make(chan struct{}), done: make(chan struct{})}
	t.waiting = append(t.waiting, c)
	if !t.busy {
		t.busy = true
		close(c.turn)
	}
	return c, true
}

// close lets nobody else into a crowd whose turn has come.
func (t *together) close(c *crowd) []redis.Cmder {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting = t.waiting[1:]
	return c.cmds
}

// leave wakes the crowd, and gives the next its turn.
func (t *together) leave(c *crowd) {
	close(c.done)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.busy = len(t.waiting) > 0; t.busy {
		close(t.waiting[0].turn)
	}
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

// Pipelined implements redis.Cmdable: the commands that fn queues are sent together
// with those of other callers, where one server has all keys.
func (c *Client) Pipelined(ctx context.Context, fn func(redis.Pipeliner) error) ([]redis.Cmder, error) {
	if c.together == nil {
		return c.UniversalClient.Pipelined(ctx, fn) //nolint:wrapcheck // the interface's own errors
	}
	p := c.Pipeline()
	if err := fn(p); err != nil || p.Len() == 0 {
		return nil, err
	}
	cmds := p.Cmds()
	return cmds, c.together.do(ctx, cmds)
}

// exec sends the commands of a crowd.
func (c *Client) exec(ctx context.Context, cmds []redis.Cmder) {
	p := c.Pipeline()
	if err := p.BatchProcess(ctx, cmds...); err != nil {
		setError(cmds, err)
		return
	}
	_, _ = p.Exec(ctx) // each command has its error
}
