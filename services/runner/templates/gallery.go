package templates

import (
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/proto"

	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// Gallery is the list of templates, in the order in which to show them.
type Gallery struct {
	list   *runnerv1.ListTemplatesResponse
	byName map[string]*runnerv1.Template
}

// New reads and compiles the templates. An error is a defect of the build.
func New(manifests *manifest.Catalogue) (*Gallery, error) {
	raw, err := data.ReadFile("data/index.json")
	if err != nil {
		return nil, err
	}
	var index []listed
	if err := json.Unmarshal(raw, &index); err != nil {
		return nil, fmt.Errorf("read the index of templates: %w", err)
	}
	g := &Gallery{list: &runnerv1.ListTemplatesResponse{}, byName: make(map[string]*runnerv1.Template, len(index))}
	for _, entry := range index {
		full, err := read(entry, manifests)
		if err != nil {
			return nil, fmt.Errorf("template %s: %w", entry.ID, err)
		}
		g.byName[full.GetName()] = full
		g.list.Templates = append(g.list.Templates, basic(full))
	}
	return g, nil
}

// basic returns the template without the fields that lists omit.
func basic(full *runnerv1.Template) *runnerv1.Template {
	b := proto.CloneOf(full)
	b.Definition, b.Inputs, b.Example, b.Guide = nil, nil, nil, ""
	return b
}

// List returns all templates.
func (g *Gallery) List() *runnerv1.ListTemplatesResponse { return g.list }

// Get returns one template.
func (g *Gallery) Get(name string) (*runnerv1.Template, error) {
	t, ok := g.byName[name]
	if !ok {
		return nil, errs.NotFound("template not found; GET /v1/templates lists all templates")
	}
	return t, nil
}
