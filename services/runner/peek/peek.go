package peek

import (
	"context"
	"fmt"
	"sync/atomic"

	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Run makes the previews of one run. It is safe for concurrent use.
type Run struct {
	codec value.Codec
	// redact removes the secrets of the run from a text. It sees whole texts.
	redact func(string) string
	left   atomic.Int64 // bytes; steps run at the same time
}

// New returns the previews of a run.
func New(codec value.Codec, redact func(string) string) *Run {
	r := &Run{codec: codec, redact: redact}
	r.left.Store(RunBytes)
	return r
}

// Of returns the preview of what a step gave for each of its elements.
func (r *Run) Of(ctx context.Context, given engine.Given) (*runnerv1.StepOutputs, error) {
	w := &walk{codec: r.codec, redact: r.redact, values: Values}
	out := &runnerv1.StepOutputs{Elements: int32(len(given.Rows)), DurationMillis: given.Took.Milliseconds()}
	list := []byte{'['}
	kept := 0
	for i, row := range given.Rows[:min(len(given.Rows), Elements)] {
		one, err := w.row(ctx, fmt.Sprintf("/%d", i), row, given.Kinds)
		if err != nil {
			return nil, err
		}
		if len(list)+len(one) > StepBytes || r.left.Add(-int64(len(one))) < 0 {
			break
		}
		if kept++; kept > 1 {
			list = append(list, ',')
		}
		list = append(list, one...)
	}
	if kept < len(given.Rows) {
		w.cut("", "elements", kept, len(given.Rows))
	}
	out.Values, out.Cuts = append(list, ']'), w.cuts
	return out, nil
}

// row returns the preview of one element as JSON.
func (w *walk) row(ctx context.Context, pointer string, row engine.Outputs, kinds func(output string) []string) ([]byte, error) {
	if row == nil {
		return []byte("null"), nil
	}
	shown, err := w.object(ctx, pointer, row, 0, kinds)
	if err != nil {
		return nil, err
	}
	return value.AppendJSON(nil, shown)
}
