package workflow

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow/document"
)

// inputTypes maps every type identifier of an input to its canonical one.
var inputTypes = map[string]InputType{
	"WorkflowImage": InputImage, "InferenceImage": InputImage,
	"WorkflowVideoMetadata": InputVideoMetadata,
	"WorkflowBatchInput":    InputBatch,
	"WorkflowParameter":     InputParameter, "InferenceParameter": InputParameter,
}

// inputKinds are the kinds of an input that declares none.
var inputKinds = map[InputType][]string{
	InputImage: {"image"}, InputVideoMetadata: {"video_metadata"}, InputBatch: {"*"}, InputParameter: {"*"},
}

func (p *parser) input(e element) {
	name, named := e.name()
	written, typed := e.text("type")
	if !named || !typed {
		return
	}
	inputType, known := inputTypes[written]
	if !known {
		e.syntax(e.pointer+"/type", "", e.where("type"), "there is no input type %q; use WorkflowImage, WorkflowParameter or WorkflowBatchInput", clip(written, 80))
		return
	}
	in := Input{Index: e.index, Type: inputType, Name: name, Node: e.node, Kinds: e.kinds(inputType)}
	in.Dimensionality = e.dimensionality(inputType)
	if n := e.node.Get("default_value"); n != nil && inputType == InputParameter {
		in.Default, in.HasDefault = n.Value(), true
	}
	p.definition.Inputs = append(p.definition.Inputs, in)
}

// kinds parses a list of kind names, or of objects with a name.
func (e element) kinds(inputType InputType) []string {
	n := e.node.Get("kind")
	if n == nil {
		return slices.Clone(inputKinds[inputType])
	}
	if n.Kind != document.Array {
		e.syntax(e.pointer+"/kind", "", e.where("kind"), `kind must be a list of names, like ["image"], not a %s`, n.Kind)
		return slices.Clone(inputKinds[inputType])
	}
	if len(n.Items) > maxKinds {
		e.report(Problem{Kind: KindLimit, Field: e.where("kind"), Pointer: e.pointer + "/kind", Message: fmt.Sprintf("an input has at most %d kinds", maxKinds)})
		return slices.Clone(inputKinds[inputType])
	}
	var kinds []string
	for i, item := range n.Items {
		if item.Kind == document.Object {
			item = item.Get("name")
		}
		if item == nil || item.Kind != document.String {
			e.syntax(document.JoinIndex(e.pointer+"/kind", i), "", e.where("kind"), "a kind is a name or an object with a name")
			continue
		}
		kinds = append(kinds, item.Text)
	}
	return kinds
}

// dimensionality parses the nesting of an input. Only batch inputs may choose it. The
// compiler checks that it is at least 1, because that is a rule of the graph.
func (e element) dimensionality(inputType InputType) int {
	fixed := 1
	if inputType == InputParameter {
		fixed = 0
	}
	n := e.node.Get("dimensionality")
	if n == nil {
		return fixed
	}
	value, ok := CoerceInteger(n.Value())
	if !ok || value > maxDepth || value < -maxDepth {
		e.syntax(e.pointer+"/dimensionality", "", e.where("dimensionality"), "dimensionality must be a small whole number")
		return fixed
	}
	if inputType != InputBatch && int(value) != fixed {
		e.syntax(e.pointer+"/dimensionality", "", e.where("dimensionality"), "the dimensionality of a %s is always %d; use WorkflowBatchInput for nested batches", inputType, fixed)
		return fixed
	}
	return int(value)
}

func (p *parser) output(e element) {
	name, named := e.name()
	written, typed := e.text("type")
	if typed && written != "JsonField" {
		e.syntax(e.pointer+"/type", "", e.where("type"), "there is no output type %q; use JsonField", clip(written, 80))
	}
	out := Output{Index: e.index, Name: name, Node: e.node, OwnCoordinates: e.ownCoordinates()}
	selector, ok := e.text("selector")
	if !ok || !named {
		return
	}
	out.Selector, ok = ParseSelector(selector)
	if !ok || out.Selector.IsStep() || strings.Contains(out.Selector.Output, "*") && out.Selector.Output != "*" {
		e.syntax(e.pointer+"/selector", "", e.where("selector"), "selector must be like $steps.<step>.<output>, $steps.<step>.* or $inputs.<input>")
		return
	}
	p.definition.Outputs = append(p.definition.Outputs, out)
}

func (e element) ownCoordinates() bool {
	n := e.node.Get("coordinates_system")
	if n == nil {
		return false
	}
	if n.Kind != document.String || n.Text != "own" && n.Text != "parent" {
		e.syntax(e.pointer+"/coordinates_system", "", e.where("coordinates_system"), `coordinates_system must be "own" or "parent"`)
		return false
	}
	return n.Text == "own"
}
