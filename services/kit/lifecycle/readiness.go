package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// checkTimeout bounds one check. A prober does not wait for later answers.
const checkTimeout = 2 * time.Second

// Readiness reports whether a program can work. The zero value is ready.
//
// A program needs its own stores all the time. Another service must have answered once; if it
// is lost later, the program stays ready, because requests that do not need that service still
// succeed, and because otherwise the loss of one service would turn off all programs behind a
// load balancer.
type Readiness struct {
	// Pause is how long the program still works after it has become not ready, so that
	// load balancers and other services learn of it first.
	Pause time.Duration

	mu       sync.Mutex // guards the fields below; no check runs under it
	checks   []*check
	onStop   []func()
	stopping bool
}

type check struct {
	name string
	ask  func(context.Context) error
	peer bool
	// met is true as soon as a peer has answered.
	met atomic.Bool
}

// Add registers the check of a store, or of something else that the program owns.
func (r *Readiness) Add(name string, ask func(context.Context) error) {
	r.add(&check{name: name, ask: ask})
}

// AddPeer registers the check of another service.
func (r *Readiness) AddPeer(name string, ask func(context.Context) error) {
	r.add(&check{name: name, ask: ask, peer: true})
}

func (r *Readiness) add(c *check) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.checks = append(r.checks, c)
}

// OnStop registers a function that is called when the program stops being ready. It must return
// soon.
func (r *Readiness) OnStop(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.onStop = append(r.onStop, f)
}

// stop makes the program permanently not ready.
func (r *Readiness) stop() {
	r.mu.Lock()
	r.stopping = true
	tell := r.onStop
	r.mu.Unlock()
	for _, f := range tell {
		f()
	}
}

// Dependency is the state of one dependency.
type Dependency struct {
	Name string
	// Err is nil if the dependency answers. It is for the log: it may hold addresses.
	Err error
	// Needed is true if the program is not ready without an answer.
	Needed bool
}

// Report asks every dependency.
func (r *Readiness) Report(ctx context.Context) []Dependency {
	checks, _ := r.state()
	return ask(ctx, checks)
}

// Check asks the dependencies that the program cannot work without. Its error names those that
// fail.
func (r *Readiness) Check(ctx context.Context) error {
	checks, stopping := r.state()
	if stopping {
		return errors.New("stopping")
	}
	checks = slices.DeleteFunc(checks, func(c *check) bool { return c.met.Load() })
	var failures []error
	for _, d := range ask(ctx, checks) {
		if d.Err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", d.Name, d.Err))
		}
	}
	return errors.Join(failures...)
}

func (r *Readiness) state() (checks []*check, stopping bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.checks), r.stopping
}

// ask runs checks concurrently.
func ask(ctx context.Context, checks []*check) []Dependency {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	out := make([]Dependency, len(checks))
	var wg sync.WaitGroup
	for i, c := range checks {
		wg.Go(func() {
			err := c.ask(ctx)
			if err == nil && c.peer {
				c.met.Store(true)
			}
			out[i] = Dependency{Name: c.name, Err: err, Needed: !c.met.Load()}
		})
	}
	wg.Wait()
	return out
}
