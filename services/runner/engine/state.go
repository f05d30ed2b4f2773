package engine

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// counter is atomic because concurrent steps add to it.
type counter struct{ n atomic.Int64 }

func (c *counter) add(n int) int { return int(c.n.Add(int64(n))) }

// Request is the request for one run of a workflow.
type Request struct {
	Env Env
	// Inputs are the values of the declared inputs; other names are ignored.
	Inputs map[string]any
	Reader value.Reader
	Limits Limits
	// Session is the memory of the steps from earlier runs. It may be nil.
	Session *Session
	// Observe receives the events of all steps. It must be fast and safe for concurrent
	// use.
	Observe func(Event)
	// Watch, if it is not nil, receives the outputs of each step that succeeded, before
	// Observe is called and before the step's successors start. It must be safe for
	// concurrent use.
	Watch func(context.Context, Given)
}

// Given has the outputs of a step.
type Given struct {
	Step string
	// Rows has the outputs of each element, nil for an element without. They belong to the
	// run, so nobody may change them.
	Rows []Outputs
	// Kinds returns the kinds of an output.
	Kinds func(output string) []string
	// Took is the duration of the step.
	Took time.Duration
}

// Limits bound one run. Zero means the default.
type Limits struct {
	// Elements is the largest number of elements in all batches together.
	Elements int
	// Steps is the largest number of steps that run at the same time.
	Steps int
	// StepTime is the longest time of one step.
	StepTime time.Duration
	// Result is the largest size of the serialised result, in bytes.
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

// run is the state of one run. It needs no lock: a step writes only its own entries, before
// the scheduler starts the steps that read them.
type run struct {
	w       *Workflow
	request *Request
	limits  Limits
	env     Env
	// inputs has the values of each input, by element.
	inputs [][]any
	// parameters are the values that a step's fields coerced, by step.
	parameters []map[string]any
	// elements has the elements of each level. An entry is nil until a step fills it.
	elements []*elements
	tables   []table
	branches []branch
	session  *Session
	total    counter
}

// table has the outputs of a step, by element. It is empty if the step did not run.
type table struct{ rows []Outputs }

// grow counts new elements and fails if the run exceeds its limit.
func (r *run) grow(n int) error {
	if r.total.add(n) > r.limits.Elements {
		return Failf(LimitsCaused, "the run has more than %d elements in all its batches together; send fewer in one run", r.limits.Elements)
	}
	return nil
}

// Event is a change in the state of a step. It holds no data of the run.
type Event struct {
	Step, BlockType string
	Kind            EventKind
	// At is the time of the event, Took the duration of the step.
	At   time.Time
	Took time.Duration
	// Elements is the number of elements that the step worked on.
	Elements int
	// Class is the class of a failure.
	Class Class
}

// EventKind is the kind of an event.
type EventKind int

// The kinds of events. A step is either skipped, or started and then finished or failed.
const (
	Started EventKind = iota + 1
	Finished
	Skipped
	Failed
)

func (k EventKind) String() string {
	return [...]string{"", "started", "finished", "skipped", "failed"}[k]
}
