package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/signal"
	"syscall"
	"time"
)

// margin is how long a component may take to stop, in addition to its Drain.
const margin = 10 * time.Second

// defaultDrain is the Drain of components that set none.
const defaultDrain = 10 * time.Second

// Component is a part of a program that runs until its context ends.
type Component struct {
	// Name is used in the log.
	Name string
	// Run works until ctx ends, then stops gracefully and returns. An earlier return, even
	// without an error, stops the program.
	Run func(ctx context.Context) error
	// Drain is how long Run waits for work in progress after ctx ends; 0 means 10 s.
	Drain time.Duration
}

// OnStop returns a component that does nothing until the program stops.
func OnStop(name string, stop func()) Component {
	return Component{Name: name, Run: func(ctx context.Context) error {
		<-ctx.Done()
		stop()
		return nil
	}}
}

// Run runs the components until SIGINT or SIGTERM, the end of ctx, or the return of one of
// them. It then makes the program not ready, waits for the Pause of ready, so that no new work
// is sent, and stops the components in reverse order, waiting for each. It returns the error
// of the first failure. A second signal kills the process.
//
// The component that serves readiness must be first, because it still has to answer while
// the others drain.
func Run(ctx context.Context, logger *slog.Logger, ready *Readiness, components ...Component) error {
	collectLess()
	ctx, restore := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer restore()
	ended := make(chan *running, len(components)) // room for all: only the first is received
	parts := make([]*running, 0, len(components))
	for _, c := range components {
		parts = append(parts, start(ctx, c, ended))
	}
	var first error
	select {
	case <-ctx.Done():
		logger.Info("stopping", slog.String("because", "asked to"))
	case p := <-ended:
		first = p.failure()
		logger.Error("stopping", slog.String("because", "a component ended"), slog.String("component", p.Name), slog.Any("error", first))
	}
	restore() // from now on a second signal kills
	ready.stop()
	if first == nil { // a program that has failed does not go on working
		time.Sleep(ready.Pause)
	}
	for i := len(parts) - 1; i >= 0; i-- {
		if err := parts[i].stop(); err != nil {
			logger.Error("component failed to stop", slog.String("component", parts[i].Name), slog.Any("error", err))
			first = orElse(first, err)
		}
	}
	return first
}

func orDefault(drain time.Duration) time.Duration {
	if drain == 0 {
		return defaultDrain
	}
	return drain
}

func orElse(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// running is a started component.
type running struct {
	Component
	cancel context.CancelFunc
	done   chan struct{}
	err    error
}

// start gives each component its own context, because the components must not all stop at the same time.
func start(ctx context.Context, c Component, ended chan<- *running) *running {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r := &running{Component: c, cancel: cancel, done: make(chan struct{})}
	go func() {
		r.err = c.Run(own)
		close(r.done)
		ended <- r
	}()
	return r
}

func (r *running) failure() error {
	if r.err == nil {
		return fmt.Errorf("%s ended unexpectedly", r.Name)
	}
	return fmt.Errorf("%s: %w", r.Name, r.err)
}

// stop ends the component and waits.
func (r *running) stop() error {
	r.cancel()
	limit := orDefault(r.Drain) + margin
	t := time.NewTimer(limit)
	defer t.Stop()
	select {
	case <-r.done:
		if r.err != nil && !errors.Is(r.err, context.Canceled) {
			return fmt.Errorf("%s: %w", r.Name, r.err)
		}
		return nil
	case <-t.C:
		return fmt.Errorf("%s has not stopped after %v", r.Name, limit)
	}
}
