package modelworker

import (
	"context"
	"fmt"

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
