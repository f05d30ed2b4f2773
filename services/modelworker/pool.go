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
// wait for their turn if all workers are busy or their workspace has its share; see package
// fair.
type Pool struct {
	cfg Config
	// processes counts workers that have not been waited for.
	processes sync.WaitGroup

	// turns has one place for each worker. Clients wait here.
	turns *fair.Pool

	mu     sync.Mutex
	closed bool
	// places counts the places in use. A worker has a place from before its start until its
	// holder retires it, or until it dies while it is idle.
	places int
	alive  map[*process]bool
	idle   []*process // the most recently used at the end
}

// turnLasts is the time after which a client gives way to a waiting one, which may replace
// its worker.
const turnLasts = 250 * time.Millisecond

// waiting bounds the waiting calls of one key or visitor, over all of its runs.
const waiting = 2048

var errClosed = errors.New("the model workers are shut down")

// New makes a pool. It starts no worker; the first call does.
func New(cfg Config) (*Pool, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Pool{cfg: cfg, alive: map[*process]bool{}, turns: fair.New(fair.Limits{
		What: "models", Capacity: int64(cfg.Workers), WholeTenant: true, Waiting: waiting, Turn: turnLasts,
	})}, nil
}

// Close kills every worker and waits for the processes to end. Calls in progress fail with
// a Failure.
func (p *Pool) Close() {
	p.mu.Lock()
	p.closed = true
	for proc := range p.alive {
		proc.kill()
	}
	p.mu.Unlock()
	p.processes.Wait()
}

// Workers returns the number of running worker processes.
func (p *Pool) Workers() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.alive)
}

// PIDs returns the process IDs of the running workers, for monitoring.
func (p *Pool) PIDs() []int {
	p.mu.Lock()
	defer p.mu.Unlock()
	pids := make([]int, 0, len(p.alive))
	for proc := range p.alive {
		pids = append(pids, proc.cmd.Process.Pid)
	}
	return pids
}

// acquire waits for the client's turn and returns a worker of the tenant, for exclusive
// use. The caller must call release or retire.
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
		proc.destroy() // the new worker takes its place
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

// claim takes an idle worker of the tenant, preferably one that has the model. If there is
// none, it takes a free place, or else replaces the worker that has been idle longest. One
// of these exists for every client with a turn, because there are as many places as turns.
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
		return nil, nil //nolint:nilnil // the caller starts a worker in this place
	}
	return p.takeIdle(0), nil
}

func (p *Pool) takeIdle(i int) *process {
	proc := p.idle[i]
	p.idle = slices.Delete(p.idle, i, i+1)
	proc.idle.Stop()
	return proc
}

// pick prefers the most recently used worker, so that the others become idle long enough to
// be ended.
func (p *Pool) pick(tenant, model string) int {
	best := -1
	for i, proc := range p.idle {
		if proc.tenant == tenant && (best < 0 || proc.models[model] || !p.idle[best].models[model]) {
			best = i
		}
	}
	return best
}
