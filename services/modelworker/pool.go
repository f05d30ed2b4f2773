package modelworker

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// Pool runs models in a bounded number of workers. It is safe for concurrent
// use; calls beyond the bound wait their turn.
type Pool struct {
	cfg Config
	// processes waits for every worker's end.
	processes sync.WaitGroup

	mu     sync.Mutex
	closed bool
	// places in use: each worker has one from before it is started until its
	// holder retires it, or until it dies while nobody holds it.
	places  int
	alive   map[*process]bool
	idle    []*process // the last used at the end
	waiters []*waiter
}

// waiter gets a process, or nil for a place to start one in.
type waiter struct {
	tenant string
	since  time.Time
	turn   chan *process
}

// patience is how long calls of a worker's own tenant may overtake one that
// would need the worker to be replaced.
const patience = 250 * time.Millisecond

var errClosed = errors.New("the model workers are shut down")

// New makes a pool. No worker is started before the first call.
func New(cfg Config) (*Pool, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Pool{cfg: cfg, alive: map[*process]bool{}}, nil
}

// Close kills every worker and waits for their end. Calls that go on end with a
// Failure.
func (p *Pool) Close() {
	p.mu.Lock()
	p.closed = true
	for proc := range p.alive {
		proc.kill()
	}
	for _, w := range p.waiters {
		close(w.turn)
	}
	p.waiters = nil
	p.mu.Unlock()
	p.processes.Wait()
}

// Workers is the number of worker processes that run now.
func (p *Pool) Workers() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.alive)
}

// PIDs of the worker processes that run now, for a monitor.
func (p *Pool) PIDs() []int {
	p.mu.Lock()
	defer p.mu.Unlock()
	pids := make([]int, 0, len(p.alive))
	for proc := range p.alive {
		pids = append(pids, proc.cmd.Process.Pid)
	}
	return pids
}

// acquire gives the caller a worker of the tenant for itself; release or retire
// must follow.
func (p *Pool) acquire(ctx context.Context, tenant, model string) (*process, error) {
	proc, w, err := p.claim(tenant, model)
	if err != nil {
		return nil, err
	}
	if w != nil {
		if proc, err = p.wait(ctx, w); err != nil {
			return nil, err
		}
	}
	if proc != nil && proc.tenant == tenant && !proc.dead() {
		return proc, nil
	}
	if proc != nil { // a stranger's: the new one takes its place
		proc.destroy()
	}
	return p.launch(ctx, tenant)
}

// claim takes an idle worker of the tenant, at best one that has the model; else
// a free place; else the worker that has been idle for longest; else it queues.
func (p *Pool) claim(tenant, model string) (*process, *waiter, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, nil, failure(Unavailable, "%w", errClosed)
	}
	if i := p.pick(tenant, model); i >= 0 {
		return p.takeIdle(i), nil, nil
	}
	if p.places < p.cfg.Workers {
		p.places++
		return nil, nil, nil
	}
	if len(p.idle) > 0 {
		return p.takeIdle(0), nil, nil
	}
	w := &waiter{tenant: tenant, since: time.Now(), turn: make(chan *process, 1)}
	p.waiters = append(p.waiters, w)
	return nil, w, nil
}

func (p *Pool) takeIdle(i int) *process {
	proc := p.idle[i]
	p.idle = slices.Delete(p.idle, i, i+1)
	proc.idle.Stop()
	return proc
}

// pick prefers the worker that was used last: the others may then become idle
// for long enough to be ended.
func (p *Pool) pick(tenant, model string) int {
	best := -1
	for i, proc := range p.idle {
		if proc.tenant == tenant && (best < 0 || proc.models[model] || !p.idle[best].models[model]) {
			best = i
		}
	}
	return best
}

func (p *Pool) wait(ctx context.Context, w *waiter) (*process, error) {
	select {
	case proc, ok := <-w.turn:
		if !ok {
			return nil, failure(Unavailable, "%w", errClosed)
		}
		return proc, nil
	case <-ctx.Done():
	}
	p.mu.Lock()
	before := len(p.waiters)
	p.waiters = slices.DeleteFunc(p.waiters, func(o *waiter) bool { return o == w })
	handed := len(p.waiters) == before
	p.mu.Unlock()
	if handed { // the turn came just now: pass it on
		if proc, ok := <-w.turn; ok && proc != nil {
			p.release(proc)
		} else if ok {
			p.freePlace()
		}
	}
	return nil, ctx.Err()
}
