package main

import (
	"context"
	"fmt"
	"io"
	"time"
)

// askEvery is the interval of await's checks. Services start within seconds.
const askEvery = 200 * time.Millisecond

// await checks until no problem is left or the limit has passed. If it has to wait, it
// prints once what it waits for. Its error contains the last problem.
func await(ctx context.Context, says io.Writer, limit time.Duration, what string, ask func(context.Context) error) error {
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	amiss := ask(bounded)
	if amiss != nil {
		_, _ = fmt.Fprintf(says, "waiting for %s, at most %v\n", what, limit)
	}
	for amiss != nil {
		select {
		case <-bounded.Done():
			if err := ctx.Err(); err != nil {
				return err
			}
			return fmt.Errorf("waited %v for %s: %w", limit, what, amiss)
		case <-time.After(askEvery):
		}
		if err := ask(bounded); err == nil || bounded.Err() == nil { // a check that was cut off has no new result
			amiss = err
		}
	}
	return nil
}
