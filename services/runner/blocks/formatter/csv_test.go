package formatter_test

import (
	"strings"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/formatter"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

// table runs the block on two inputs, of which names is a batch.
func table(t *testing.T, columns, operations string, given map[string]any) ([]map[string]any, error) {
	t.Helper()
	definition := `{"version": "1.3.0", "inputs": [{"type": "WorkflowParameter", "name": "a"}, {"type": "WorkflowBatchInput", "name": "names"}],
	  "steps": [{"type": "roboflow_core/csv_formatter@v1", "name": "s", "columns_data": ` + columns + `, "columns_operations": ` + operations + `}],
	  "outputs": [{"type": "JsonField", "name": "csv", "selector": "$steps.s.csv_content"}]}`
	p, _, problems := plan.Load([]byte(definition), manifest.Core())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	w, err := engine.Compile(p, formatter.Blocks())
	if err != nil {
		return nil, err
	}
	now := func() time.Time { return time.Date(2026, 7, 2, 0, 30, 5, 250_000_000, time.FixedZone("x", 7200)) }
	return w.Run(t.Context(), engine.Request{Env: engine.Env{Now: now}, Inputs: given})
}

// The columns are sorted, and the time in UTC is the last of them. A cell is quoted if it
// has a comma, a quote or a line break.
func TestCSV(t *testing.T) {
	t.Parallel()
	const at = "2026-07-01T22:30:05.250000+00:00\n"
	got, err := table(t, `{"b": "x, \"y\"", "a": "$inputs.a", "c": 1.0, "d": true}`, `{"a": [{"type": "StringToUpperCase"}]}`,
		map[string]any{"a": "some", "names": []any{"n"}})
	if want := "a,b,c,d,timestamp\nSOME,\"x, \"\"y\"\"\",1.0,True," + at; err != nil || got[0]["csv"] != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	got, err = table(t, `{"name": "$inputs.names", "a": "$inputs.a"}`, `{}`, map[string]any{"a": []any{int64(1), "z"}, "names": []any{"p", "q"}})
	if err != nil {
		t.Fatal(err)
	}
	want := "a,name,timestamp\n\"[1, 'z']\",p," + at + "\"[1, 'z']\",q," + at
	if got[0]["csv"] != nil || got[1]["csv"] != want {
		t.Errorf("got %q, want the text %q in the last element", got, want)
	}
}

func TestCSVRefuses(t *testing.T) {
	t.Parallel()
	given := map[string]any{"names": []any{"n"}}
	if _, err := table(t, `{"timestamp": 1}`, `{}`, given); err == nil || !strings.Contains(err.Error(), "timestamp") {
		t.Errorf("a column with the name timestamp: %v", err)
	}
	given["a"] = strings.Repeat("x", 600_000)
	if _, err := table(t, `{"p": "$inputs.a", "q": "$inputs.a"}`, `{}`, given); err == nil {
		t.Error("a text of 1.2 million characters was written")
	}
}
