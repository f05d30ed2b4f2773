package modelworker

import (
	"context"
	"slices"
	"time"

	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
)

// launch starts a worker for a caller that holds a place. If the start fails, it frees the
// place.
func (p *Pool) launch(ctx context.Context, tenant string) (*process, error) {
	proc, err := p.spawn(tenant)
	if err != nil {
		p.freePlace()
		return nil, failure(Unavailable, "%w", err)
	}
	p.cfg.Logger.Info("model worker started", "pid", proc.cmd.Process.Pid)
	req := wire.Request{Op: wire.Arena, Size: p.cfg.Arena}
	reply, err := proc.exchange(ctx, req, proc.arena.file)
	if err == nil && reply.Outcome == wire.OK {
		return proc, nil
	}
	p.retire(proc)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, failure(Unavailable, "the model worker does not start: %v", err)
	}
	return nil, failure(Unavailable, "the model worker does not start: %s", reply.Detail)
}

func (p *Pool) spawn(tenant string) (*process, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, errClosed
	}
	p.processes.Add(1)
	proc, err := start(p.cfg, tenant, p.ended)
	if err != nil {
		p.processes.Done()
		return nil, err
	}
	p.alive[proc] = true
	return proc, nil
}

// ended runs after a worker process has ended. A worker that a caller holds is retired by
// that caller.
func (p *Pool) ended(proc *process) {
	defer p.processes.Done()
	p.cfg.Logger.Info("model worker ended", "pid", proc.cmd.Process.Pid, "state", proc.cmd.ProcessState.String())
	p.mu.Lock()
	delete(p.alive, proc)
	i := slices.Index(p.idle, proc)
	if i >= 0 {
		p.takeIdle(i)
		p.places--
	}
	p.mu.Unlock()
	if i >= 0 {
		proc.destroy()
	}
}

// retire ends a worker that the caller holds, frees its place and ends the turn.
func (p *Pool) retire(proc *process) {
	proc.destroy()
	p.freePlace()
	proc.endTurn()
}

func (p *Pool) freePlace() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.places--
}

// release makes a worker idle, for the next call, and ends the turn.
func (p *Pool) release(proc *process) {
	if !p.putAside(proc) {
		p.retire(proc)
	}
}

// endTurn lets the next client have a worker. A worker that is still starting has no turn
// yet.
func (p *process) endTurn() {
	if turn := p.turn; turn != nil {
		p.turn = nil
		turn.Release()
	}
}

// putAside returns false if the worker died while the caller held it.
func (p *Pool) putAside(proc *process) bool {
	p.mu.Lock()
	if !p.alive[proc] {
		p.mu.Unlock()
		return false
	}
	turn := proc.turn
	proc.turn = nil
	if proc.idle == nil {
		proc.idle = time.AfterFunc(p.cfg.Idle, func() { p.reap(proc) })
	} else {
		proc.idle.Reset(p.cfg.Idle)
	}
	p.idle = append(p.idle, proc)
	p.mu.Unlock()
	turn.Release() // after the worker is idle, so that the next client finds it
	return true
}

// reap ends a worker unless a client has taken it meanwhile.
func (p *Pool) reap(proc *process) {
	p.mu.Lock()
	i := slices.Index(p.idle, proc)
	if i >= 0 {
		p.takeIdle(i)
		p.places--
	}
	p.mu.Unlock()
	if i >= 0 {
		proc.destroy()
	}
}
