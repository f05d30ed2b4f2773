package compiled

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/maypok86/otter/v2"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/signature"
)

// Workflow is a compiled definition. It is shared by many runs, so nobody changes it.
type Workflow struct {
	*engine.Workflow
	// Required are the inputs without which no run can succeed.
	Required []string
	// Draws is how many steps copy the pictures that they get.
	Draws int
	// Cuts reports whether a step cuts parts out of pictures. The parts share the pixels.
	Cuts bool
	// Grows reports whether a step may need more memory than its pictures do.
	Grows bool
	// bytes is the length of the definition.
	bytes uint32
}

// Cache keeps compiled definitions by the hash of their bytes.
type Cache struct {
	catalogue *manifest.Catalogue
	registry  engine.Registry
	cache     *otter.Cache[string, *Workflow]
}

// usualDefinition is the length of most definitions, in bytes. The cache is bounded by
// length and not only by number, because a compiled definition takes a multiple of its
// length: a thousand of the longest, each run once, would fill the memory.
const usualDefinition = 32 << 10

// New returns a cache for about size workflows of usual length, built from the given blocks.
func New(size int, registry engine.Registry) *Cache {
	return &Cache{
		catalogue: manifest.Core(), registry: registry,
		cache: otter.Must(&otter.Options[string, *Workflow]{
			MaximumWeight: uint64(size) * 2 * usualDefinition,
			Weigher:       func(_ string, w *Workflow) uint32 { return usualDefinition + 4*w.bytes },
		}),
	}
}

// Get compiles a definition, or returns the workflow that was compiled before. It checks the
// hash, because all runs find the workflow under it.
func (c *Cache) Get(ctx context.Context, definition []byte, hash string) (*Workflow, error) {
	if sum := sha256.Sum256(definition); hex.EncodeToString(sum[:]) != hash {
		return nil, errors.New("the definition does not have the hash it came with")
	}
	return c.cache.Get(ctx, hash, otter.LoaderFunc[string, *Workflow](
		func(context.Context, string) (*Workflow, error) { return c.Compile(definition) }))
}

// Compile compiles a definition without keeping it.
func (c *Cache) Compile(definition []byte) (*Workflow, error) {
	p, _, problems := plan.Load(definition, c.catalogue)
	if len(problems) > 0 {
		return nil, Invalid(problems)
	}
	compiled, err := engine.Compile(p, c.registry)
	if problems, ok := errors.AsType[workflow.Problems](err); ok {
		return nil, Invalid(problems)
	}
	if err != nil {
		return nil, fmt.Errorf("compile: %w", err)
	}
	w := &Workflow{Workflow: compiled, bytes: uint32(len(definition))}
	for i := range p.Steps {
		w.count(p.Steps[i].Manifest)
	}
	for _, in := range signature.Of(p, inspect.Inspect(p)).Inputs {
		if in.Required {
			w.Required = append(w.Required, in.Name)
		}
	}
	return w, nil
}

// cutters are the blocks whose pictures are parts of others and share their pixels.
var cutters = map[string]bool{
	"roboflow_core/absolute_static_crop@v1": true, "roboflow_core/relative_statoic_crop@v1": true,
	"roboflow_core/dynamic_crop@v1": true, "roboflow_core/image_slicer@v1": true, "roboflow_core/image_slicer@v2": true,
}

// count records how a block handles pictures. A block that returns pictures and is not a
// cutter makes copies.
func (w *Workflow) count(m *manifest.Manifest) {
	makes := slices.ContainsFunc(m.Outputs, func(o manifest.Output) bool { return slices.Contains(o.Kinds, "image") })
	w.Grows = w.Grows || m.Grows
	switch {
	case makes && cutters[m.Type]:
		w.Cuts = true
	case makes:
		w.Draws++
	}
}
