package engine_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/keyhole-dev/keyhole/services/runner/blocks"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/conformance"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/rewrite"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// suite runs the conformance cases.
type suite struct {
	*conformance.Suite
	core     *manifest.Catalogue
	fixtures map[string]struct{ Width, Height int }

	mu sync.Mutex
	// sessions are compiled workflows that several cases run on, and what they remember.
	sessions map[string]*session
	results  map[string]finished
}

type finished struct {
	results []map[string]any
	err     error
}

func newSuite(t *testing.T) *suite {
	t.Helper()
	dir := conformance.Folder(t)
	loaded, err := conformance.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := &suite{Suite: loaded, core: catalogue(t), sessions: map[string]*session{}, results: map[string]finished{}}
	var file struct {
		Fixtures map[string]struct{ Width, Height int } `json:"fixtures"`
	}
	raw, err := os.ReadFile(filepath.Join(dir, "fixtures.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return s
	}
	if err == nil {
		err = json.Unmarshal(raw, &file)
	}
	if err != nil {
		t.Fatal(err)
	}
	s.fixtures = file.Fixtures
	return s
}

// TestConformance runs every case with the blocks that the runner ships, stubs, and
// mocked models.
func TestConformance(t *testing.T) {
	t.Parallel()
	s := newSuite(t)
	for i := range s.Definitions {
		d := &s.Definitions[i]
		for j := range d.Cases {
			if c := &d.Cases[j]; c.Operation == "run" {
				conformance.Report(t, d.ID+"/"+c.Name, s.hold(d, c))
			}
		}
	}
}

// hold runs a case and compares the outcome with the expected one.
func (s *suite) hold(d *conformance.Definition, c *conformance.Case) error {
	results, err := s.run(d, c)
	if _, skipped := errors.AsType[conformance.Skip](err); skipped {
		return err
	}
	stage, _ := c.Expect.SplitError()
	if got := stageOf(err); got != stage {
		return fmt.Errorf("ended at stage %q with %w, want stage %q", got, err, stage)
	}
	if err != nil {
		return nil
	}
	list := make([]any, len(results))
	for i, result := range results {
		list[i] = result
	}
	for _, check := range c.Expect.Checks {
		if err := s.check(any(list), check); err != nil {
			return err
		}
	}
	return nil
}

func stageOf(err error) string {
	if err == nil {
		return ""
	}
	fault, ok := errors.AsType[*engine.Fault](err)
	switch {
	case !ok:
		return "compile"
	case fault.Class == engine.RuntimeInput:
		return "runtime_input"
	}
	return "step"
}

// session is a compiled workflow with what it remembers.
type session struct {
	*engine.Workflow
	memory *engine.Session
}

// run runs a case once. Cases of one session share a compiled workflow, in order.
func (s *suite) run(d *conformance.Definition, c *conformance.Case) ([]map[string]any, error) {
	key := d.ID + "/" + c.Name
	s.mu.Lock()
	done, ok := s.results[key]
	s.mu.Unlock()
	if ok {
		return done.results, done.err
	}
	results, err := s.execute(d, c)
	s.mu.Lock()
	s.results[key] = finished{results, err}
	s.mu.Unlock()
	return results, err
}

func (s *suite) execute(d *conformance.Definition, c *conformance.Case) ([]map[string]any, error) {
	if c.NeedsDynamicCode || len(c.NotRunnable) > 0 || len(d.RemovedCode) > 0 {
		return nil, conformance.Skip("needs code, weights or something else that is not part of the cases")
	}
	if !s.Covered(s.core, d.Document(c)) {
		return nil, conformance.Skip("uses blocks that are not in the catalogue")
	}
	if strings.Contains(string(d.Document(c)), `"$unresolved"`) {
		return nil, conformance.Skip("has something in its definition that is not known")
	}
	mocks := newMocks(c.MockedSteps)
	w, err := s.compiled(d, c, mocks)
	if err != nil {
		return nil, err
	}
	raw, err := value.Decode(c.Inputs)
	if err != nil {
		return nil, err
	}
	inputs, err := s.special(raw)
	if err != nil {
		return nil, err
	}
	request := engine.Request{Env: engine.Env{Codec: codec{}, Models: mocks, NewID: numbered()}, Inputs: inputs.(map[string]any), Session: w.memory}
	var sent mailbox
	if len(c.MockedServices) > 0 {
		request.Env.Sinks, request.Env.Outbound = true, &sent
	}
	results, err := w.Run(contextOf(mocks), request)
	if err == nil {
		err = sent.holds(c)
	}
	if err == nil && c.RunOptions["serialize_results"] == true {
		results, err = w.Serialize(contextOf(mocks), codec{}, results, 0, nil)
	}
	return results, err
}

// numbered makes IDs that are the same in each run, so that runs can be compared.
func numbered() func() string {
	var made atomic.Int64
	return func() string { return fmt.Sprintf("id-%d", made.Add(1)) }
}

func (s *suite) compiled(d *conformance.Definition, c *conformance.Case, mocks *mocks) (*session, error) {
	name := ""
	if c.Session != "" {
		name = d.ID + "/" + c.Session
		if w, ok := s.sessions[name]; ok {
			return w, nil
		}
	}
	document := withMail(withSaved(d.Document(c)))
	p, _, problems := plan.Load(document, s.Catalogue(s.core, c.Plugins), c.InitParameters...)
	if len(problems) > 0 {
		return nil, problems
	}
	registry := s.registry(mocks)
	for i := range p.Steps {
		if _, ok := registry[p.Steps[i].Manifest.Type]; !ok {
			return nil, conformance.Skip("uses blocks that the runner does not have: " + p.Steps[i].Manifest.Type)
		}
	}
	w, err := engine.Compile(p, registry)
	if err != nil {
		return nil, err
	}
	made := &session{w, w.NewSession()}
	if name != "" {
		s.sessions[name] = made
	}
	return made, nil
}

// savedWorkflow is the workflow that the reference's own test resolves by its id. The cases
// have only the result.
const savedWorkflow = `{"version":"1.0","inputs":[{"type":"WorkflowParameter","name":"child_msg","default_value":"x"}],
	"steps":[{"type":"roboflow_core/first_non_empty_or_default@v1","name":"pick","data":["$inputs.child_msg"],"default":"fallback"}],
	"outputs":[{"type":"JsonField","name":"echo","selector":"$steps.pick.output"}]}`

// withSaved writes the saved workflow into the steps that name one, as a save does.
func withSaved(document []byte) []byte {
	d, _ := workflow.Parse(document)
	if d == nil {
		return document
	}
	out, err := rewrite.Embed(d, rewrite.SavedIn(d), func(rewrite.Saved) ([]byte, string) { return []byte(savedWorkflow), "saved" })
	if err != nil {
		return document
	}
	return out
}

// registry has every shipped block, the stubs, and replacements for blocks that are not
// shipped.
func (s *suite) registry(mocks *mocks) engine.Registry {
	registry := engine.Merge(blocks.All(), stubs())
	for _, standIns := range []engine.Registry{mocks.blocks(), bystanders()} {
		for name, constructor := range standIns {
			if _, shipped := registry[name]; !shipped {
				registry[name] = constructor
			}
		}
	}
	// The shipped one names credentials; the cases want the reference's, which reads an environment.
	registry[rewrite.SecretsStore] = bystanders()[rewrite.SecretsStore]
	return registry
}

// resultOf finds a part of the result of another case.
func (s *suite) resultOf(spec map[string]any) (any, error) {
	for i := range s.Definitions {
		d := &s.Definitions[i]
		if d.ID != spec["definition"] {
			continue
		}
		for j := range d.Cases {
			if d.Cases[j].Name != spec["case"] {
				continue
			}
			results, err := s.run(d, &d.Cases[j])
			if err != nil {
				return nil, conformance.Skip(fmt.Sprintf("needs the result of another case, which has none (%v)", err))
			}
			list := make([]any, len(results))
			for k, result := range results {
				list[k] = result
			}
			return alongPath(list, spec["path"])
		}
	}
	return nil, conformance.Skip("needs the result of a case that is kept back")
}

func alongPath(v any, path any) (any, error) {
	keys, _ := path.([]any)
	for i, key := range keys {
		if n, ok := key.(int64); ok {
			keys[i] = float64(n)
		}
	}
	found, err := at(v, keys)
	if err != nil || len(found) != 1 {
		return nil, fmt.Errorf("the other case has nothing there: %w", err)
	}
	return found[0], nil
}
