package inspect

import (
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// maxNesting bounds how deep workflows inside of workflows are read as such. Below, their
// texts are searched like those of any object.
const maxNesting = 8

func isWorkflow(m *manifest.Manifest, field *manifest.Field) bool {
	return m != nil && field != nil && m.Type == InnerWorkflow && field.Name == NestedField
}

// nested finds the secrets of a workflow inside of a step, by the manifests of its steps.
// No reference is followed there, so that none of them can be replaced.
func (f *finder) nested(step workflow.Step, member document.Member, pointer string) {
	if f.depth >= maxNesting || member.Value.Kind != document.Object {
		return
	}
	inner, _ := workflow.Parse(f.definition.Raw[member.Value.Start:member.Value.End])
	if inner == nil {
		return
	}
	known := make(map[string]bool, len(f.found)) // the step's texts have been searched already
	for i := range f.found {
		known[f.found[i].Pointer] = true
	}
	for _, l := range literals(inner, f.catalogue, f.draft, f.depth+1) {
		l.Pointer, l.Step, l.Field, l.Replaceable = pointer+l.Pointer, step.Name, member.Key, false
		if !known[l.Pointer] {
			f.found = append(f.found, l)
		}
	}
}
