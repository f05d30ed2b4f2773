package plan

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// Load parses and compiles. It returns the problems of both, sorted so that problems which
// hide others come first. The plan is nil if there are any; the definition is nil only if
// the bytes cannot be parsed.
func Load(raw []byte, catalogue *manifest.Catalogue, services ...string) (*Plan, *workflow.Definition, workflow.Problems) {
	definition, problems := workflow.Parse(raw)
	if definition == nil {
		return nil, nil, problems
	}
	plan, more := Compile(definition, catalogue, services...)
	if problems = append(problems, more...); len(problems) > 0 {
		return nil, definition, ordered(problems)
	}
	return plan, definition, nil
}

// Compile checks a definition and resolves its references. services names the services that
// blocks can use at construction. It continues after a problem as long as further results
// are meaningful, so that one answer names all problems.
func Compile(definition *workflow.Definition, catalogue *manifest.Catalogue, services ...string) (*Plan, workflow.Problems) {
	c := compile(definition, catalogue, services)
	if len(c.problems) > 0 {
		return nil, ordered(c.problems)
	}
	return c.plan, nil
}

// Sketch returns what can be read of a definition with problems, for a view of it. A step
// of an unknown block has no manifest. Nothing may run a sketch.
func Sketch(definition *workflow.Definition, catalogue *manifest.Catalogue, services ...string) *Plan {
	return compile(definition, catalogue, services).plan
}

func compile(definition *workflow.Definition, catalogue *manifest.Catalogue, services []string) *compiler {
	c := &compiler{
		catalogue: catalogue,
		services:  services,
		plan: &Plan{
			Definition: definition,
			inputs:     make(map[string]int, len(definition.Inputs)),
			steps:      make(map[string]int, len(definition.Steps)),
		},
	}
	c.version()
	c.dynamicBlocks()
	c.inputs()
	c.steps()
	c.link()
	c.checks()
	c.branches()
	c.outputs()
	if c.layers() {
		c.dataflow()
		c.finishOutputs()
		c.finishInner()
	}
	return c
}

func (c *compiler) version() {
	requested := c.plan.Definition.Version
	if requested == "" {
		return // the parser has reported that it is missing
	}
	serves, readable := manifest.Serves(requested)
	if !readable {
		c.report(workflow.Problem{Kind: workflow.KindDefinition, Field: "version", Pointer: "/version", Message: `version must look like "1.0" or "1.3.0"`})
	} else if !serves {
		c.report(workflow.Problem{
			Kind: workflow.KindVersion, Field: "version", Pointer: "/version",
			Message: fmt.Sprintf("version %s needs another engine; this one is %s and serves versions 1.0 up to its own", requested, manifest.EngineVersion),
		})
	}
}

func (c *compiler) dynamicBlocks() {
	for i, blockType := range c.plan.Definition.DynamicBlocks {
		c.report(workflow.Problem{
			Kind: workflow.KindDynamicDisabled, BlockType: blockType, Field: "dynamic_blocks_definitions",
			Pointer: document.JoinIndex("/dynamic_blocks_definitions", i),
			Message: fmt.Sprintf("the block %q is Python code inside the definition, which Keyhole does not run; remove it and the steps that use it", blockType),
		})
	}
}

func (c *compiler) inputs() {
	for i, in := range c.plan.Definition.Inputs {
		if _, taken := c.plan.inputs[in.Name]; !taken {
			c.plan.inputs[in.Name] = i
		}
		c.plan.Inputs = append(c.plan.Inputs, Input{Input: in, Lineage: inputLineage(in)})
		if in.Type == workflow.InputBatch && in.Dimensionality < 1 {
			c.inputProblem(in, workflow.KindGraph, "the dimensionality of a batch input is at least 1")
		}
		if in.Dimensionality > maxDimensionality {
			c.inputProblem(in, workflow.KindLimit, fmt.Sprintf("data may be nested at most %d levels deep", maxDimensionality))
		}
		if text, ok := in.Default.(string); ok && workflow.IsCredential(text) {
			c.report(workflow.Problem{
				Kind: workflow.KindSyntax, Field: fmt.Sprintf("inputs[%d].default_value", in.Index), Pointer: document.JoinIndex("/inputs", in.Index) + "/default_value",
				Message: "a credential cannot be the default of an input; write it in the step's credential field",
			})
		}
	}
}

func (c *compiler) inputProblem(in workflow.Input, kind workflow.Kind, message string) {
	c.report(workflow.Problem{
		Kind: kind, Field: fmt.Sprintf("inputs[%d].dimensionality", in.Index),
		Pointer: document.JoinIndex("/inputs", in.Index) + "/dimensionality", Message: message,
	})
}

// inputLineage returns the lineage of an input. All batch inputs share the first level;
// deeper levels are their own.
func inputLineage(in workflow.Input) Lineage {
	if !in.IsBatch() || in.Dimensionality < 1 {
		return nil
	}
	lineage := Lineage{RootLevel}
	for level := 1; level < min(in.Dimensionality, maxDimensionality); level++ {
		lineage = append(lineage, fmt.Sprintf("$inputs.%s[%d]", in.Name, level))
	}
	return lineage
}

// rank sorts problems: syntax, then names, then references, then data flow.
var rank = map[workflow.Kind]int{
	workflow.KindVersion: 0, workflow.KindDefinition: 0, workflow.KindDynamicDisabled: 1, workflow.KindDynamicBlock: 1,
	workflow.KindLimit: 2, workflow.KindSyntax: 2, workflow.KindMissingBinding: 2, workflow.KindUnknownBinding: 2, workflow.KindDuplicatedName: 3, workflow.KindReference: 4,
	workflow.KindGraph: 5, workflow.KindMismatch: 5, workflow.KindCycle: 6,
}

func ordered(problems workflow.Problems) workflow.Problems {
	last := len(rank)
	position := func(p workflow.Problem) int {
		if r, ok := rank[p.Kind]; ok {
			return r
		}
		return last
	}
	slices.SortStableFunc(problems, func(a, b workflow.Problem) int { return cmp.Compare(position(a), position(b)) })
	return problems
}
