package layout_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/workflow/layout"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

// tree is a workflow in which each step takes the output of the step with half its number.
func tree(t testing.TB, n int) *plan.Plan {
	t.Helper()
	steps := make([]string, 0, n)
	for i := range n {
		from := "$inputs.image"
		if i > 0 {
			from = fmt.Sprintf("$steps.s%d.output", (i-1)/2)
		}
		steps = append(steps, fmt.Sprintf(`{"type":"PropertyDefinition","name":"s%d","data":%q,"operations":[]}`, i, from))
	}
	p, _, problems := plan.Load([]byte(`{"version":"1.0","inputs":[{"type":"WorkflowImage","name":"image"}],"steps":[`+strings.Join(steps, ",")+
		`],"outputs":[{"type":"JsonField","name":"o","selector":"$steps.s0.output"}]}`), manifest.Core())
	if problems != nil {
		t.Fatal(problems)
	}
	return p
}

func TestLayout(t *testing.T) {
	t.Parallel()
	p := tree(t, 200)
	l := layout.Of(p)
	taken := map[layout.Position]bool{}
	for _, position := range append(append(append([]layout.Position{}, l.Inputs...), l.Steps...), l.Outputs...) {
		if taken[position] {
			t.Errorf("two nodes at %v", position)
		}
		taken[position] = true
	}
	crossings := 0
	for i := range p.Edges {
		a := p.Edges[i]
		if a.From.Kind != plan.StepNode || a.To.Kind != plan.StepNode {
			continue
		}
		if l.Steps[a.From.Index].X >= l.Steps[a.To.Index].X {
			t.Errorf("an edge goes left: %v", a)
		}
		for _, b := range p.Edges[:i] {
			if b.From.Kind == plan.StepNode && b.To.Kind == plan.StepNode && p.Steps[a.From.Index].Layer == p.Steps[b.From.Index].Layer {
				from := l.Steps[a.From.Index].Y - l.Steps[b.From.Index].Y
				to := l.Steps[a.To.Index].Y - l.Steps[b.To.Index].Y
				if from*to < 0 {
					crossings++
				}
			}
		}
	}
	if crossings > 0 {
		t.Errorf("a tree is drawn with %d crossings", crossings)
	}
	if !reflect.DeepEqual(l, layout.Of(p)) {
		t.Error("drawing twice gives two pictures")
	}
}

func BenchmarkLayout(b *testing.B) {
	p := tree(b, 1000)
	for b.Loop() {
		layout.Of(p)
	}
}
