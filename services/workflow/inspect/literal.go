package inspect

import (
	"fmt"

	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// Literals finds secrets in a document, compiled or not, because a broken definition may
// contain them too. It does not return their values.
func Literals(d *workflow.Definition, catalogue *manifest.Catalogue) []Literal {
	return literals(d, catalogue, false, 0)
}

// LiteralsOfDraft finds secrets in a document that is kept although it may not compile. It
// also searches what a compiler refuses in any case: references, texts around references,
// and names.
func LiteralsOfDraft(d *workflow.Definition, catalogue *manifest.Catalogue) []Literal {
	return literals(d, catalogue, true, 0)
}

func literals(d *workflow.Definition, catalogue *manifest.Catalogue, draft bool, depth int) []Literal {
	f := &finder{definition: d, search: leak.NewSearch(), secretInputs: map[string]bool{}, catalogue: catalogue, draft: draft, depth: depth}
	// The default of an input is judged by where the input goes, so steps come first.
	for _, step := range d.Steps {
		f.step(step)
	}
	steps := f.found
	f.found = nil
	f.inputs()
	f.rest()
	return append(f.found, steps...)
}

func (f *finder) step(step workflow.Step) {
	m, _ := f.catalogue.Find(step.Type)
	base := document.JoinIndex("/steps", step.Index)
	// For a block that cannot run, nothing tells what its texts mean. The texts of an inner
	// workflow belong to its own steps.
	unexplained := m == nil || !m.Runs() || m.Type == InnerWorkflow
	for _, member := range step.Node.Members {
		w := walk{finder: f, step: step.Name, outbound: unexplained || m.Sink, unknown: m == nil, suspicious: m != nil && unexplained, unexplained: unexplained}
		if m != nil {
			w.field, _ = m.Field(member.Key)
			w.outbound = w.outbound || w.field == nil // no manifest describes the step, and readers see it
		}
		w.visit(member.Value, document.Join(base, member.Key), member.Key, member.Key)
		w.name(member.Key, document.Join(base, member.Key))
		if isWorkflow(m, w.field) {
			f.nested(step, member, document.Join(base, member.Key))
		}
	}
}

func (f *finder) inputs() {
	for _, in := range f.definition.Inputs {
		for _, member := range in.Node.Members {
			w := walk{finder: f, outbound: true}
			if member.Key == "default_value" {
				w.suspicious, w.fed, w.named = true, f.secretInputs[in.Name], leak.SecretName(in.Name)
			}
			path, pointer := fmt.Sprintf("inputs[%d].%s", in.Index, member.Key), document.Join(document.JoinIndex("/inputs", in.Index), member.Key)
			w.visit(member.Value, pointer, path, member.Key)
			w.name(member.Key, pointer)
		}
	}
}

// rest searches everything except the parsed inputs and steps.
func (f *finder) rest() {
	for _, member := range f.definition.Root.Members {
		if member.Key == "inputs" || member.Key == "steps" {
			f.unread(member)
			continue
		}
		w := &walk{finder: f, outbound: true}
		w.visit(member.Value, document.Join("", member.Key), member.Key, member.Key)
		w.name(member.Key, document.Join("", member.Key))
	}
}

// unread searches elements that the parser could not parse.
func (f *finder) unread(member document.Member) {
	read := map[*document.Node]bool{}
	for _, s := range f.definition.Steps {
		read[s.Node] = true
	}
	for _, in := range f.definition.Inputs {
		read[in.Node] = true
	}
	if member.Value.Kind != document.Array {
		(&walk{finder: f, outbound: true}).visit(member.Value, "/"+member.Key, member.Key, "")
		return
	}
	for i, item := range member.Value.Items {
		if !read[item] {
			(&walk{finder: f, outbound: true}).visit(item, document.JoinIndex("/"+member.Key, i), member.Key, "")
		}
	}
}

// maxNesting bounds how deep workflows inside of workflows are read as workflows. Deeper ones
// are searched like any object.
const maxNesting = 8

func isWorkflow(m *manifest.Manifest, field *manifest.Field) bool {
	return m != nil && field != nil && m.Type == InnerWorkflow && field.Name == NestedField
}

// nested finds the secrets of a workflow inside of a step, by the manifests of its steps. It
// follows no references there, so none of these secrets can be replaced.
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
