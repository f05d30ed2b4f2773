package setup

import (
	"context"
	"fmt"
	"io"
	"time"
)

// checkInterval is the interval of the checks of await. Services start within seconds.
const checkInterval = 200 * time.Millisecond

// await checks until no problem is left or the limit has passed. If it has to wait, it
// prints once what it waits for. Its error contains the last problem.
func await(ctx context.Context, out io.Writer, limit time.Duration, what string, check func(context.Context) error) error {
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	problem := check(bounded)
	if problem != nil {
		_, _ = fmt.Fprintf(out, "waiting for %s, at most %v\n", what, limit)
	}
	for problem != nil {
		select {
		case <-bounded.Done():
			if err := ctx.Err(); err != nil {
				return err
			}
			return fmt.Errorf("waited %v for %s: %w", limit, what, problem)
		case <-time.After(checkInterval):
		}
		if err := check(bounded); err == nil || bounded.Err() == nil { // a check that was cut off has no new result
			problem = err
		}
	}
	return nil
}
