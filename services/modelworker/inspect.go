package modelworker

import (
	"context"
	"fmt"
	"os"

	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
)

// Describe returns a model's signature. It asks the worker that runs the model next, which
// keeps the model open.
func (p *Pool) Describe(ctx context.Context, model Model) (*Signature, error) {
	var signature *Signature
	err := freshly(func() error {
		proc, err := p.acquire(ctx, model.Client, model.Tenant, model.Key)
		if err != nil {
			return err
		}
		ctx, cancel := p.bounded(ctx, p.cfg.InspectLimit)
		defer cancel()
		signature, err = p.describe(ctx, proc, model)
		return p.explain(ctx, err)
	})
	return signature, p.explain(ctx, err)
}

func (p *Pool) describe(ctx context.Context, proc *process, model Model) (*Signature, error) {
	file, err := model.Open()
	if err != nil {
		p.release(proc)
		return nil, fmt.Errorf("open the model's file: %w", err)
	}
	defer func() { _ = file.Close() }()
	then := p.retire // until the call succeeds
	defer func() { then(proc) }()
	fresh := len(proc.models) == 0
	reply, err := proc.exchange(ctx, wire.Request{Op: wire.Inspect, Model: model.Key}, file)
	signature, err := signed(ctx, reply, err)
	switch {
	case err == nil:
		proc.models[model.Key] = true
		then = p.release
	case reply.Outcome == wire.Refused, reply.Outcome == wire.Cancelled:
		then = p.release
	case reply.Outcome == wire.TooLarge && !fresh:
		err = &retryable{err}
	}
	return signature, err
}

// Inspect opens a model once in a worker that is used for nothing else, and returns its
// signature. A file that is not a model, or that harms the worker, is a Failure.
func (p *Pool) Inspect(ctx context.Context, client fair.Client, open func() (*os.File, error)) (*Signature, error) {
	file, err := open()
	if err != nil {
		return nil, fmt.Errorf("open the model's file: %w", err)
	}
	defer func() { _ = file.Close() }()
	proc, err := p.acquire(ctx, client, inspecting, "")
	if err != nil {
		return nil, p.explain(ctx, err)
	}
	defer p.retire(proc)
	ctx, cancel := p.bounded(ctx, p.cfg.InspectLimit)
	defer cancel()
	reply, err := proc.exchange(ctx, wire.Request{Op: wire.Inspect}, file)
	signature, err := signed(ctx, reply, err)
	return signature, p.explain(ctx, err)
}

// inspecting is a tenant that no workspace can have. Its workers are used once.
const inspecting = "\x00inspect"

// signed returns the signature in a reply.
func signed(ctx context.Context, reply wire.Reply, err error) (*Signature, error) {
	switch {
	case err != nil:
		return nil, err
	case reply.Outcome == wire.OK && reply.Signature != nil:
		return reply.Signature, nil
	case reply.Outcome == wire.TooLarge:
		return nil, failure(TooLarge, "%s", reply.Detail)
	case reply.Outcome == wire.Cancelled:
		return nil, context.Cause(ctx)
	}
	return nil, failure(Refused, "%s", reply.Detail)
}
