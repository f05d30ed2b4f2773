package engine

import (
	"context"
	"time"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Request is one run of a workflow.
type Request struct {
	Env Env
	// Inputs are the values of the declared inputs; others are ignored.
	Inputs map[string]any
	Reader value.Reader
	Limits Limits
	// Observe receives every step. It must be quick, and safe for concurrent use.
	Observe func(Event)
}

// Limits bound one run. A zero is the default.
type Limits struct {
	// Elements is how many elements all batches may have together.
	Elements int
	// Steps is how many steps run at the same time.
	Steps int
	// StepTime is the longest that one step may take.
	StepTime time.Duration
	// Result is the size of the serialised result, in bytes.
	Result int
}

const (
	defaultElements = 10_000
	defaultSteps    = 8
	defaultStepTime = 2 * time.Minute
	defaultResult   = 64 << 20
)

func (l Limits) orDefaults() Limits {
	if l.Elements <= 0 {
		l.Elements = defaultElements
	}
	if l.Steps <= 0 {
		l.Steps = defaultSteps
	}
	if l.StepTime <= 0 {
		l.StepTime = defaultStepTime
	}
	if l.Result <= 0 {
		l.Result = defaultResult
	}
	return l
}

// run is the state of one run. Steps write only what is theirs, before those
// that read it are started.
type run struct {
	w       *Workflow
	request *Request
	limits  Limits
	env     Env
	// inputs has the values of each input, by element.
	inputs [][]any
	// parameters are those that a step's fields gave another form, by step.
	parameters []map[string]any
	// elements has those of each level, nil until something fills it.
	elements []*elements
	tables   []table
	branches []branch
	states   []stepState
	total    counter
}

// table has the outputs of a step, by element; a step that did not run has none.
type table struct{ rows []Outputs }

// Run executes the workflow and returns one object of outputs for each element
// of the batch that came with it. The values are internal ones; see
// [Workflow.Serialize]. It returns when nothing of the run is running any more,
// whatever the outcome. The error is a [*Fault], or that of the context.
func (w *Workflow) Run(ctx context.Context, request Request) ([]map[string]any, error) {
	r := &run{
		w: w, request: &request, limits: request.Limits.orDefaults(), env: request.Env,
		elements: make([]*elements, len(w.levels)),
		tables:   make([]table, len(w.steps)),
		branches: make([]branch, len(w.branches)),
		states:   make([]stepState, len(w.steps)),
	}
	r.elements[0] = w.unit
	if r.env.Now == nil {
		r.env.Now = time.Now
	}
	r.defaults()
	if err := r.load(ctx); err != nil {
		return nil, err
	}
	if err := r.schedule(ctx); err != nil {
		return nil, err
	}
	return r.results(), nil
}

// defaults gives blocks and reader what the caller left open.
func (r *run) defaults() {
	if r.env.NewID == nil {
		r.env.NewID = newID
	}
	reader := &r.request.Reader
	if reader.Codec == nil {
		reader.Codec = r.env.Codec
	}
	if reader.Now == nil {
		reader.Now = r.env.Now
	}
	if reader.NewID == nil {
		reader.NewID = r.env.NewID
	}
}

// grow counts elements against the limit.
func (r *run) grow(n int) error {
	if r.total.add(n) > r.limits.Elements {
		return Failf(LimitsCaused, "the run has more than %d elements in all its batches together", r.limits.Elements)
	}
	return nil
}
