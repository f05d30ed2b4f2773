package modelworker

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/fair"
)

// Pool runs models in a bounded number of workers. It is safe for concurrent use. Calls
// beyond the bound, or beyond what one workspace may have, wait for their turn: see
// package fair.
type Pool struct {
	cfg Config
	// processes waits for every worker's end.
	processes sync.WaitGroup

	// turns has a place for each worker. Clients wait there.
	turns *fair.Pool

	mu     sync.Mutex
	closed bool
	// places in use: each worker has one from before it is started until its
	// holder retires it, or until it dies while nobody holds it.
	places int
	alive  map[*process]bool
	idle   []*process // the last used at the end
}

// turnLasts is how long a client is served before the next one that waits, which may
// replace its worker.
const turnLasts = 250 * time.Millisecond

// waiting is how many calls of one key or visitor may wait, over all of its runs.
const waiting = 2048

var errClosed = errors.New("the model workers are shut down")

// New makes a pool. No worker is started before the first call.
func New(cfg Config) (*Pool, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Pool{cfg: cfg, alive: map[*process]bool{}, turns: fair.New(fair.Limits{
		What: "models", Capacity: int64(cfg.Workers), WholeTenant: true, Waiting: waiting, Turn: turnLasts,
	})}, nil
}

// Close kills every worker and waits for their end. Calls that go on end with a
// Failure.
func (p *Pool) Close() {
	p.mu.Lock()
	p.closed = true
	for proc := range p.alive {
		proc.kill()
	}
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

// acquire gives a client a worker of the tenant for itself, when it is its turn; release
// or retire must follow.
func (p *Pool) acquire(ctx context.Context, client fair.Client, tenant, model string) (*process, error) {
	if p.isClosed() {
		return nil, failure(Unavailable, "%w", errClosed)
	}
	turn, err := p.turns.Acquire(ctx, 1, client)
	if err != nil {
		return nil, cmp.Or(ctx.Err(), err)
	}
	proc, err := p.claim(tenant, model)
	if err == nil && proc != nil && (proc.tenant != tenant || proc.dead()) {
		proc.destroy() // the new one takes its place
		proc = nil
	}
	if err == nil && proc == nil {
		proc, err = p.launch(ctx, tenant)
	}
	if err != nil {
		turn.Release()
		return nil, err
	}
	proc.turn = turn
	return proc, nil
}

func (p *Pool) isClosed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}

// claim takes an idle worker of the tenant, at best one that has the model; else
// a free place; else the worker that has been idle for longest. A client with a turn finds
// one of these, for there are as many places as turns.
func (p *Pool) claim(tenant, model string) (*process, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, failure(Unavailable, "%w", errClosed)
	}
	if i := p.pick(tenant, model); i >= 0 {
		return p.takeIdle(i), nil
	}
	if p.places < p.cfg.Workers || len(p.idle) == 0 {
		p.places++
		return nil, nil //nolint:nilnil // a place to start one in
	}
	return p.takeIdle(0), nil
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
