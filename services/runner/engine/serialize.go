package engine

import (
	"context"
	"errors"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Serialize converts the results of [Workflow.Run] to plain JSON values. It stops as soon
// as the result exceeds limit bytes. If drawn is not nil, it receives each picture that is
// encoded here.
func (w *Workflow) Serialize(ctx context.Context, codec value.Codec, results []map[string]any, limit int, drawn func(string)) ([]map[string]any, error) {
	if limit <= 0 {
		limit = defaultResult
	}
	z := &serializer{Serializer: value.Serializer{Codec: codec, Drawn: drawn}, left: limit, limit: limit}
	out := make([]map[string]any, len(results))
	for i, result := range results {
		out[i] = make(map[string]any, len(result))
		for k := range w.plan.Outputs {
			o := &w.plan.Outputs[k]
			depth := len(o.Lineage)
			if depth > 0 && o.Lineage[0] == plan.RootLevel {
				depth--
			}
			one, err := z.nested(ctx, w, o, result[o.Name], depth)
			if err != nil {
				return nil, z.blame(o, err)
			}
			out[i][o.Name] = one
		}
	}
	return out, nil
}

type serializer struct {
	value.Serializer
	left, limit int
}

// nested descends to the depth at which the kinds of the output describe the values.
func (z *serializer) nested(ctx context.Context, w *Workflow, o *plan.Output, v any, depth int) (any, error) {
	list, isList := v.([]any)
	if depth == 0 || !isList {
		return z.leaf(ctx, w, o, v)
	}
	out := make([]any, len(list))
	for i, item := range list {
		one, err := z.nested(ctx, w, o, item, depth-1)
		if err != nil {
			return nil, err
		}
		out[i] = one
	}
	return out, nil
}

func (z *serializer) leaf(ctx context.Context, w *Workflow, o *plan.Output, v any) (any, error) {
	object, isObject := v.(map[string]any)
	if o.Selector.Output != manifest.AnyOutput || !isObject {
		return z.one(ctx, v, o.Kinds)
	}
	out := make(map[string]any, len(object))
	for name, item := range object {
		kinds, _ := w.steps[o.Step].Output(name)
		one, err := z.one(ctx, item, kinds)
		if err != nil {
			return nil, err
		}
		out[name] = one
	}
	return out, nil
}

var errTooLarge = errors.New("too large")

// one checks the size before it writes, because a value with shared parts may be huge when
// it is written out.
func (z *serializer) one(ctx context.Context, v any, kinds []string) (any, error) {
	if value.Size(v, z.left) > z.left {
		return nil, errTooLarge
	}
	out, err := z.Serialize(ctx, v, kinds)
	if err != nil {
		return nil, err
	}
	if z.left -= value.Size(out, z.left); z.left < 0 {
		return nil, errTooLarge
	}
	return out, ctx.Err()
}

func (z *serializer) blame(o *plan.Output, err error) error {
	if errors.Is(err, errTooLarge) {
		return Failf(LimitsCaused, "the result is larger than %d bytes; send smaller inputs, or leave out outputs", z.limit)
	}
	if _, ok := errors.AsType[*errs.Error](err); ok || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return Failf(EngineRuntime, "the output %q cannot be written as JSON", o.Name).Because(err)
}
