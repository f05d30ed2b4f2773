package main

import (
	"context"
	"fmt"
	"io"
	"time"
)

// askEvery is how long await leaves between two looks: services start in seconds.
const askEvery = 200 * time.Millisecond

// await asks until nothing is amiss any more, at most for so long. Where it has to
// wait it says for what, once; what was amiss last is in the error.
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
		if err := ask(bounded); err == nil || bounded.Err() == nil { // a question that was cut off says nothing new
			amiss = err
		}
	}
	return nil
}
