package formatter

import (
	"context"
	"encoding/csv"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/parameter"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/query"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// columnTime is the last column. The block fills it with the time in UTC.
const columnTime = "timestamp"

// newCSV makes the block that writes values as CSV: one row, or one for each element of a
// batch. The last element of a batch gets the text, the others get null.
func newCSV(step engine.Step) (engine.Block, error) {
	operations, err := parameter.Parse(step, "columns_operations")
	if err != nil {
		return nil, err
	}
	columns, _ := step.Fields["columns_data"].(map[string]any)
	_, taken := columns[columnTime]
	if _, also := operations[columnTime]; taken || also {
		return nil, errors.New(`columns_data must not have a column "timestamp": the block adds it`)
	}
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		data, _ := call.Arg("columns_data").(map[string]any)
		n := 1
		if call.IsBatch {
			n = len(call.Indices)
		}
		text, err := table{call, operations, slices.Sorted(maps.Keys(data)), data}.write(ctx, n)
		if err != nil || !call.IsBatch {
			return engine.One(engine.Outputs{"csv_content": text}), err
		}
		results := make([]engine.Result, n)
		for i := range results {
			results[i] = engine.One(engine.Outputs{"csv_content": nil})
		}
		if n > 0 {
			results[n-1] = engine.One(engine.Outputs{"csv_content": text})
		}
		return engine.Many(results), nil
	}), nil
}

// table is a CSV text that is being written. Its columns are sorted by name.
type table struct {
	call       *engine.Call
	operations parameter.Operations
	names      []string
	data       map[string]any
}

func (t table) write(ctx context.Context, n int) (string, error) {
	var b strings.Builder
	w := csv.NewWriter(&b)
	if err := w.Write(append(slices.Clone(t.names), columnTime)); err != nil {
		return "", err
	}
	for i := range n {
		row, err := t.row(ctx, i, maxText-b.Len())
		if err != nil {
			return "", err
		}
		if err := w.Write(row); err != nil {
			return "", err
		}
		w.Flush()
	}
	return b.String(), w.Error()
}

// row formats the values of an element, within a limit of bytes.
func (t table) row(ctx context.Context, i, most int) ([]string, error) {
	var row []string
	for _, name := range t.names {
		v := t.data[name]
		if batch, ok := v.(*engine.Batch); ok {
			v = batch.Values[i]
		}
		if chain, ok := t.operations[name]; ok {
			var err error
			if v, err = chain.Apply(ctx, v, query.Scope{Codec: t.call.Codec, Now: t.call.Now}); err != nil {
				return nil, err
			}
		}
		if most -= value.Size(v, maxText); most < 0 {
			return nil, engine.Failf(engine.LimitsCaused, "the text would be longer than %d characters", maxText)
		}
		cell := ""
		if v != nil {
			cell = value.Text(v)
		}
		row = append(row, cell)
	}
	return append(row, t.call.Now().UTC().Format("2006-01-02T15:04:05.000000+00:00")), nil
}
