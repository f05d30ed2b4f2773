package modelworker

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
)

// Infer runs a model on inputs and calls read with its outputs. Inputs are written and
// outputs are read in memory shared with the worker, while this call holds the worker. When
// ctx ends, the run is stopped or its worker killed, and Infer returns ctx's error. The
// pool's own limit starts with the client's turn.
func (p *Pool) Infer(ctx context.Context, model Model, inputs []Input, read func([]Output) error) error {
	err := freshly(func() error {
		proc, err := p.acquire(ctx, model.Client, model.Tenant, model.Key)
		if err != nil {
			return err
		}
		ctx, cancel := p.bounded(ctx, p.cfg.RunLimit)
		defer cancel()
		return p.explain(ctx, p.infer(ctx, proc, model, inputs, read))
	})
	return p.explain(ctx, err)
}

// freshly retries once with a new worker if the failure says nothing about the model: the
// worker's memory was full of earlier models, or the worker was found dead.
func freshly(do func() error) error {
	err := do()
	if again := new(retryable); errors.As(err, &again) {
		err = do()
		if errors.As(err, &again) {
			err = again.err
		}
	}
	return err
}

// retryable marks a failure that a new worker may not have.
type retryable struct{ err error }

func (r *retryable) Error() string { return r.err.Error() }

func (r *retryable) Unwrap() error { return r.err }

func (p *Pool) infer(ctx context.Context, proc *process, model Model, inputs []Input, read func([]Output) error) error {
	then := p.retire // until the call succeeds, and also if a callback panics
	defer func() { then(proc) }()
	fresh := len(proc.models) == 0
	tensors, free, err := proc.arena.write(inputs)
	if err != nil {
		then = p.release
		return err
	}
	reply, err := proc.infer(ctx, model, wire.Request{Op: wire.Infer, Model: model.Key, Inputs: tensors, Free: free})
	if err != nil {
		return err
	}
	switch reply.Outcome {
	case wire.OK:
		outputs, err := proc.arena.read(reply.Outputs)
		if err != nil { // the worker's reply is false
			return err
		}
		then = p.release
		err = read(outputs)
		proc.arena.trim(end(outputs, free))
		return err
	case wire.TooLarge:
		err := failure(TooLarge, "%s", reply.Detail)
		if !fresh {
			return &retryable{err}
		}
		return err
	case wire.Cancelled:
		then = p.release
		return context.Cause(ctx)
	}
	then = p.release
	return failure(Refused, "%s", reply.Detail)
}

// end returns the end of the part of the arena that a run has written.
func end(outputs []Output, free int) int {
	for _, o := range outputs {
		free += len(o.data) + 64
	}
	return free
}

// infer sends the model with the request if the worker has never had it, and sends both
// once more if the worker has dropped it.
func (p *process) infer(ctx context.Context, model Model, req wire.Request) (wire.Reply, error) {
	if p.models[model.Key] {
		reply, err := p.exchange(ctx, req, nil)
		if err != nil || reply.Outcome != wire.Missing {
			return reply, err
		}
	}
	file, err := model.Open()
	if err != nil {
		return wire.Reply{}, fmt.Errorf("open the model's file: %w", err)
	}
	defer func() { _ = file.Close() }()
	reply, err := p.exchange(ctx, req, file)
	if err == nil && reply.Outcome == wire.OK {
		p.models[model.Key] = true
	}
	return reply, err
}

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
