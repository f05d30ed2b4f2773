package runner

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
	"github.com/keyhole-dev/keyhole/services/runner/blocks"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/signature"
)

// compiled is a definition, ready to run for anybody.
type compiled struct {
	*engine.Workflow
	// required are the inputs without which no run can go well.
	required []string
	// draws is how many steps make a copy of the pictures they get.
	draws int
	// cuts tells whether a step cuts parts out of pictures, which share their pixels.
	cuts bool
	// bytes is the length of the definition.
	bytes uint32
}

// workflows keeps compiled definitions by the hash of their bytes.
type workflows struct {
	catalogue *manifest.Catalogue
	registry  engine.Registry
	cache     *otter.Cache[string, *compiled]
}

// usualDefinition is how long most definitions are, in bytes. Those that are kept are
// bounded by their length, since a compiled one takes many times that: a thousand of
// the longest, each of them run once, would take all memory that there is.
const usualDefinition = 32 << 10

func newWorkflows(size int) *workflows {
	return &workflows{
		catalogue: manifest.Core(), registry: blocks.All(),
		cache: otter.Must(&otter.Options[string, *compiled]{
			MaximumWeight: uint64(size) * 2 * usualDefinition,
			Weigher:       func(_ string, c *compiled) uint32 { return usualDefinition + 4*c.bytes },
		}),
	}
}

// get compiles a definition, once. The hash is checked: it is the key under
// which everybody's runs find the workflow.
func (w *workflows) get(ctx context.Context, definition []byte, hash string) (*compiled, error) {
	if sum := sha256.Sum256(definition); hex.EncodeToString(sum[:]) != hash {
		return nil, errors.New("the definition is not that of its hash")
	}
	return w.cache.Get(ctx, hash, otter.LoaderFunc[string, *compiled](
		func(context.Context, string) (*compiled, error) { return w.compile(definition) }))
}

func (w *workflows) compile(definition []byte) (*compiled, error) {
	p, _, problems := plan.Load(definition, w.catalogue)
	if len(problems) > 0 {
		return nil, invalidDefinition(problems)
	}
	made, err := engine.Compile(p, w.registry)
	if problems, ok := errors.AsType[workflow.Problems](err); ok {
		return nil, invalidDefinition(problems)
	}
	if err != nil {
		return nil, fmt.Errorf("compile: %w", err)
	}
	c := &compiled{Workflow: made, bytes: uint32(len(definition))}
	for i := range p.Steps {
		switch m := p.Steps[i].Manifest; {
		case m.Category == "visualization":
			c.draws++
		case m.Type == "roboflow_core/dynamic_crop@v1":
			c.cuts = true
		}
	}
	for _, in := range signature.Of(p, inspect.Inspect(p)).Inputs {
		if in.Required {
			c.required = append(c.required, in.Name)
		}
	}
	return c, nil
}

// invalidDefinition names every problem.
func invalidDefinition(problems workflow.Problems) error {
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
