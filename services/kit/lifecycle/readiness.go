package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// checkTimeout bounds one check. A prober does not wait for later answers.
const checkTimeout = 2 * time.Second

// Readiness reports whether the dependencies of a program answer. The zero value is ready.
type Readiness struct {
	mu       sync.Mutex // guards the fields below; no check runs under it
	checks   []check
	stopping bool
}

type check struct {
	name string
	ask  func(context.Context) error
}

// Add registers the check of a dependency.
func (r *Readiness) Add(name string, ask func(context.Context) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.checks = append(r.checks, check{name, ask})
}

// stop makes the program permanently not ready.
func (r *Readiness) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopping = true
}

// Check runs all checks concurrently. Its error names the dependencies that fail.
func (r *Readiness) Check(ctx context.Context) error {
	r.mu.Lock()
	checks, stopping := slices.Clone(r.checks), r.stopping
	r.mu.Unlock()
	if stopping {
		return errors.New("stopping")
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	failures := make([]error, len(checks))
	var wg sync.WaitGroup
	for i, c := range checks {
		wg.Go(func() {
			if err := c.ask(ctx); err != nil {
				failures[i] = fmt.Errorf("%s: %w", c.name, err)
			}
		})
	}
	wg.Wait()
	return errors.Join(failures...)
}
