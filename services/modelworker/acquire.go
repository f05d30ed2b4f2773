package modelworker

import (
	"cmp"
	"context"

	"github.com/keyhole-dev/keyhole/services/kit/fair"
)

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
