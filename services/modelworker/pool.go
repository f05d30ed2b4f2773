package modelworker

import (
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

func (p *Pool) isClosed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}

func (p *Pool) takeIdle(i int) *process {
	proc := p.idle[i]
	p.idle = slices.Delete(p.idle, i, i+1)
	proc.idle.Stop()
	return proc
}
