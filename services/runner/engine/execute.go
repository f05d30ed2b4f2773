package engine

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// execution is one step of one run.
type execution struct {
	*run
	s     *stepPlan
	event Event
	began time.Time
	// alive and aliveBelow report which elements take part; nil means all.
	alive, aliveBelow []bool
	// rows are the elements of the step's level that take part.
	rows []int
}

// perform runs the step. skipped is true if a gate is closed or no element is left; the
// step's outputs then read as null.
func (x *execution) perform(ctx context.Context) (skipped bool, err error) {
	if x.masked() {
		return true, nil
	}
	if x.choose(); len(x.rows) == 0 {
		return true, nil
	}
	if err := x.affordable(); err != nil {
		return false, err
	}
	x.started()
	results, err := x.call(ctx)
	if err != nil {
		return false, err
	}
	if x.s.Manifest.IsFlowControl() {
		return false, x.open(results)
	}
	return false, x.store(results)
}

// call returns a result for each of x.rows.
func (x *execution) call(ctx context.Context) ([]Result, error) {
	if x.takesBatch() {
		return x.callBatch(ctx)
	}
	results := make([]Result, len(x.rows))
	if x.s.width == 1 || len(x.rows) == 1 {
		for i, row := range x.rows {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			var err error
			if results[i], err = x.ask(ctx, x.newCall(x.rows[i:i+1], false, x.elementArgs(row))); err != nil {
				return nil, err
			}
		}
		return results, nil
	}
	return results, x.callWide(ctx, results)
}

// callWide makes the calls for single elements concurrently.
func (x *execution) callWide(ctx context.Context, results []Result) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(x.s.width)
	for i, row := range x.rows {
		group.Go(func() (err error) {
			defer errs.RecoverAs(&err, Panicked)
			results[i], err = x.ask(ctx, x.newCall(x.rows[i:i+1], false, x.elementArgs(row)))
			return err
		})
	}
	return group.Wait()
}

// ask calls the block. The memory of pixels stays reserved until the block returns.
func (x *execution) ask(ctx context.Context, call *Call) (Result, error) {
	ctx, done := value.Reading(ctx)
	defer done()
	return x.s.block.Run(ctx, call)
}

func (x *execution) callBatch(ctx context.Context) ([]Result, error) {
	result, err := x.ask(ctx, x.newCall(x.rows, true, x.batchArgs()))
	if err != nil {
		return nil, err
	}
	if !result.many || len(result.items) != len(x.rows) {
		return nil, Failf(InvalidBehaviour, "the block did not return a result for each element of its batch")
	}
	return result.items, nil
}

// takesBatch reports whether one call answers for all elements. A step on the root level
// has one element, the run, and gets a plain call even if its block takes batches.
func (x *execution) takesBatch() bool {
	if !x.s.Batched {
		return false
	}
	return x.s.at != 0 || x.s.lone
}

func (x *execution) newCall(rows []int, batch bool, args map[string]any) *Call {
	call := x.session.Bind(&Call{Env: &x.env, Step: &x.s.step, Args: args, IsBatch: batch}, x.s.Index)
	if x.s.at != 0 {
		call.Indices = make([]Index, len(rows))
		for i, row := range rows {
			call.Indices[i] = x.elements[x.s.at].index[row]
		}
	} else if x.s.lone {
		call.Indices = []Index{{0}}
	}
	return call
}

// Bind gives a call the memory of its step.
func (s *Session) Bind(c *Call, step int) *Call {
	c.state, c.shared = &s.steps[step], &s.shared
	return c
}

func (x *execution) started() {
	x.event.Elements = len(x.rows)
	x.began = x.env.Now()
	x.tell(Started, 0)
}

// took is the duration of the step so far, 0 if it did not start.
func (x *execution) took() time.Duration {
	if x.began.IsZero() {
		return 0
	}
	return x.env.Now().Sub(x.began)
}

// watch shows the outputs of the step. A flow-control step has none.
func (x *execution) watch(ctx context.Context, took time.Duration) {
	if x.request.Watch == nil || x.s.Manifest.IsFlowControl() {
		return
	}
	kinds := func(output string) []string {
		kinds, _ := x.s.Output(output)
		return kinds
	}
	x.request.Watch(ctx, Given{Step: x.s.Name, Rows: x.tables[x.s.Index].rows, Kinds: kinds, Took: took})
}

func (x *execution) report(skipped bool, err error, took time.Duration) {
	kind := Finished
	switch {
	case err != nil:
		kind = Failed
		x.event.Class = blame(&x.s.step, err).Class
	case skipped:
		kind = Skipped
	}
	x.tell(kind, took)
}

func (x *execution) tell(kind EventKind, took time.Duration) {
	if x.request.Observe == nil {
		return
	}
	x.event.Kind, x.event.At, x.event.Took = kind, x.env.Now(), took
	x.request.Observe(x.event)
}
