package engine

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Run executes the workflow. It returns one object of outputs for each element of the batch
// in the inputs. The values are internal; see [Workflow.Serialize]. When Run returns, no
// goroutine of the run is left, even after a failure. The error is a [*Fault] or that of
// the context.
func (w *Workflow) Run(ctx context.Context, request Request) ([]map[string]any, error) {
	r := &run{
		w: w, request: &request, limits: request.Limits.orDefaults(), env: request.Env,
		elements: make([]*elements, len(w.levels)),
		tables:   make([]table, len(w.steps)),
		branches: make([]branch, len(w.branches)),
		session:  request.Session,
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

// defaults fills in the settings that the caller left empty.
func (r *run) defaults() {
	if r.session == nil {
		r.session = r.w.NewSession()
	}
	if r.env.NewID == nil {
		r.env.NewID = uuid.NewString
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
