package compiled

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/maypok86/otter/v2"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/signature"
)

// Workflow is a definition, ready to run for anybody.
type Workflow struct {
	*engine.Workflow
	// Required are the inputs without which no run can go well.
	Required []string
	// Draws is how many steps make a copy of the pictures they get.
	Draws int
	// Cuts tells whether a step Cuts parts out of pictures, which share their pixels.
	Cuts bool
	// bytes is the length of the definition.
	bytes uint32
}

// Cache keeps compiled definitions by the hash of their bytes.
type Cache struct {
	catalogue *manifest.Catalogue
	registry  engine.Registry
	cache     *otter.Cache[string, *Workflow]
}

// usualDefinition is how long most definitions are, in bytes. Those that are kept are
// bounded by their length, since a compiled one takes many times that: a thousand of
// the longest, each of them run once, would take all memory that there is.
const usualDefinition = 32 << 10

func New(size int, registry engine.Registry) *Cache {
	return &Cache{
		catalogue: manifest.Core(), registry: registry,
		cache: otter.Must(&otter.Options[string, *Workflow]{
			MaximumWeight: uint64(size) * 2 * usualDefinition,
			Weigher:       func(_ string, c *Workflow) uint32 { return usualDefinition + 4*c.bytes },
		}),
	}
}

// Get compiles a definition, once. The hash is checked: it is the key under
// which everybody's runs find the workflow.
func (w *Cache) Get(ctx context.Context, definition []byte, hash string) (*Workflow, error) {
	if sum := sha256.Sum256(definition); hex.EncodeToString(sum[:]) != hash {
		return nil, errors.New("the definition is not that of its hash")
	}
	return w.cache.Get(ctx, hash, otter.LoaderFunc[string, *Workflow](
		func(context.Context, string) (*Workflow, error) { return w.compile(definition) }))
}

func (w *Cache) compile(definition []byte) (*Workflow, error) {
	p, _, problems := plan.Load(definition, w.catalogue)
	if len(problems) > 0 {
		return nil, Invalid(problems)
	}
	made, err := engine.Compile(p, w.registry)
	if problems, ok := errors.AsType[workflow.Problems](err); ok {
		return nil, Invalid(problems)
	}
	if err != nil {
		return nil, fmt.Errorf("compile: %w", err)
	}
	c := &Workflow{Workflow: made, bytes: uint32(len(definition))}
	for i := range p.Steps {
		switch m := p.Steps[i].Manifest; {
		case m.Category == "visualization":
			c.Draws++
		case m.Type == "roboflow_core/dynamic_crop@v1":
			c.Cuts = true
		}
	}
	for _, in := range signature.Of(p, inspect.Inspect(p)).Inputs {
		if in.Required {
			c.Required = append(c.Required, in.Name)
		}
	}
	return c, nil
}

// Invalid names every problem.
func Invalid(problems workflow.Problems) error {
	text := problems[0].Message
	if len(problems) > 1 {
		text = fmt.Sprintf("the definition has %d problems; the first: %s", len(problems), text)
	}
	e := errs.InvalidArgument(errorsv1.Reason_REASON_DEFINITION_INVALID, "%s", text).
		With("errorType", problems[0].Kind.Class()).With("context", "workflow_compilation | definition_parsing")
	for _, p := range problems {
		e = e.Field(problemPath(p), p.Message)
	}
	return e
}

func problemPath(p workflow.Problem) string {
	if p.Step == "" {
		if p.Field != "" {
			return p.Field
		}
		return "definition" + strings.ReplaceAll(p.Pointer, "/", ".")
	}
	return strings.TrimSuffix("steps."+p.Step+"."+p.Field, ".")
}
