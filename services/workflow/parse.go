package workflow

import (
	"fmt"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow/document"
)

// Parse reads a document: its inputs, its outputs, and the type and name of each step. It
// reports every problem that it finds. The definition is nil only if the bytes are not a JSON
// object. Otherwise it holds everything that could be parsed, so that a compiler can find
// more problems.
func Parse(raw []byte) (*Definition, Problems) {
	root, faults := document.Parse(raw, document.Limits{Bytes: MaxBytes, Depth: maxDepth, Text: maxText, Values: maxValues})
	if len(faults) > 0 {
		return nil, unreadable("the definition", faults)
	}
	if root.Kind != document.Object {
		return nil, Problems{{Kind: KindSyntax, Message: "a definition is an object with the keys version, inputs, steps and outputs; this is a " + root.Kind.String()}}
	}
	return read(raw, root)
}

// ParseInner reads the definition that a step of d holds, an object at the JSON pointer at.
// It shares the bytes and the nodes of d. Its problems name that step.
func ParseInner(d *Definition, step string, node *document.Node, at string) (*Definition, Problems) {
	inner, problems := read(d.Raw, node)
	for i := range inner.Steps {
		inner.Steps[i].Pointer = document.JoinIndex(at+"/steps", inner.Steps[i].Index)
	}
	for i := range problems {
		problems[i].Pointer = at + problems[i].Pointer
		problems[i].Step, problems[i].Field = step, strings.TrimSuffix("workflow_definition."+problems[i].Field, ".")
		problems[i] = problems[i].Bounded()
	}
	return inner, problems
}

func read(raw []byte, root *document.Node) (*Definition, Problems) {
	p := &parser{definition: &Definition{Raw: raw, Root: root}}
	p.version(root.Get("version"))
	p.each("inputs", MaxInputs, p.input)
	p.each("steps", MaxSteps, p.step)
	p.each("outputs", MaxOutputs, p.output)
	p.dynamicBlocks(root.Get("dynamic_blocks_definitions"))
	p.duplicates()
	return p.definition, p.problems
}

func unreadable(what string, faults []document.Fault) Problems {
	problems := make(Problems, len(faults))
	for i, f := range faults {
		kind := KindSyntax
		if f.Limit {
			kind = KindLimit
		}
		problems[i] = Problem{Kind: kind, Pointer: f.Pointer, Message: what + " is not readable JSON: " + f.Error()}
	}
	return problems
}

func (p *parser) version(n *document.Node) {
	switch {
	case n == nil:
		p.syntax("/version", "", "version", `the key version is missing; write "version": "1.0"`)
	case n.Kind != document.String:
		p.syntax("/version", "", "version", `version must be a string like "1.0", not a %s`, n.Kind)
	default:
		p.definition.Version = n.Text
	}
}

// each reads the objects of one of the three lists (inputs, steps, outputs).
func (p *parser) each(key string, limit int, read func(element)) {
	list := p.definition.Root.Get(key)
	if list == nil {
		p.syntax("/"+key, "", key, "the key %s is missing; write an empty list if there are none", key)
		return
	}
	if list.Kind != document.Array {
		p.syntax("/"+key, "", key, "%s must be a list, not a %s", key, list.Kind)
		return
	}
	if len(list.Items) > limit {
		p.report(Problem{Kind: KindLimit, Field: key, Pointer: "/" + key, Message: fmt.Sprintf("there are %d %s; at most %d are accepted", len(list.Items), key, limit)})
		return
	}
	for i, item := range list.Items {
		pointer := document.JoinIndex("/"+key, i)
		if item.Kind != document.Object {
			p.syntax(pointer, "", fmt.Sprintf("%s[%d]", key, i), "every element of %s must be an object; this one is a %s", key, item.Kind)
			continue
		}
		read(element{parser: p, node: item, pointer: pointer, list: key, index: i})
	}
}

func (p *parser) step(e element) {
	name, named := e.name()
	blockType, typed := e.text("type")
	if named && typed {
		p.definition.Steps = append(p.definition.Steps, Step{Index: e.index, Name: name, Type: blockType, Node: e.node, Pointer: e.pointer})
	}
}

func (p *parser) duplicates() {
	inputs := func(yield func(string, string) bool) {
		for _, in := range p.definition.Inputs {
			yield(in.Name, document.JoinIndex("/inputs", in.Index))
		}
	}
	steps := func(yield func(string, string) bool) {
		for _, s := range p.definition.Steps {
			yield(s.Name, document.JoinIndex("/steps", s.Index))
		}
	}
	outputs := func(yield func(string, string) bool) {
		for _, o := range p.definition.Outputs {
			yield(o.Name, document.JoinIndex("/outputs", o.Index))
		}
	}
	p.unique("input", inputs)
	p.unique("step", steps)
	p.unique("output", outputs)
}

func (p *parser) unique(what string, names func(func(name, pointer string) bool)) {
	first := map[string]string{}
	names(func(name, pointer string) bool {
		earlier, taken := first[name]
		if !taken {
			first[name] = pointer
			return true
		}
		problem := Problem{
			Kind: KindDuplicatedName, Pointer: pointer + "/name", Field: "name",
			Message: fmt.Sprintf("the name %q is also that of the %s at %s; give one of them another name", name, what, earlier),
		}
		if what == "step" {
			problem.Step = name
		}
		p.report(problem)
		return true
	})
}

func (p *parser) dynamicBlocks(n *document.Node) {
	if n == nil || n.Kind == document.Null {
		return
	}
	if n.Kind != document.Array {
		p.syntax("/dynamic_blocks_definitions", "", "dynamic_blocks_definitions", "dynamic_blocks_definitions must be a list, not a %s", n.Kind)
		return
	}
	for _, item := range n.Items {
		blockType := item.Get("manifest").Get("block_type")
		if blockType == nil || blockType.Kind != document.String {
			p.definition.DynamicBlocks = append(p.definition.DynamicBlocks, "")
			continue
		}
		p.definition.DynamicBlocks = append(p.definition.DynamicBlocks, blockType.Text)
	}
}
