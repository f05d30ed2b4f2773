package modelworker

import (
	"context"
	"errors"
	"time"
)

var errLimit = errors.New("the model exceeded its time limit")

// bounded adds the pool's own limit to ctx. [Pool.explain] distinguishes this limit from
// the caller's deadline.
func (p *Pool) bounded(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, limit, errLimit)
}

// explain names the real cause of an error: the pool's own limit, the caller's context, or
// the shutdown of the pool.
func (p *Pool) explain(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		if errors.Is(context.Cause(ctx), errLimit) {
			return failure(TimedOut, "%w", errLimit)
		}
		return ctx.Err()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var crashed *Failure
	if p.closed && errors.As(err, &crashed) && crashed.Kind == Crashed {
		return failure(Unavailable, "%w", errClosed)
	}
	return err
}
