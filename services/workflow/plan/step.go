package plan

import (
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/compose"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// steps finds each step's manifest and reads its fields.
func (c *compiler) steps() {
	all, problems := compose.Of(c.plan.Definition)
	for _, p := range problems {
		c.report(p)
	}
	c.outermost, c.inner = all.Outermost, all.Inner
	c.plan.Steps, c.scopes = make([]Step, len(all.Steps)), make([]*compose.Scope, len(all.Steps))
	for i := range all.Steps {
		source := all.Steps[i].Step
		c.scopes[i] = all.Steps[i].Scope
		if _, taken := c.plan.steps[source.Name]; !taken {
			c.plan.steps[source.Name] = i
		}
		s := &c.plan.Steps[i]
		s.Index, s.Name, s.Source = i, source.Name, source
		m, known := c.catalogue.Find(source.Type)
		if !known {
			c.unknownBlock(i)
			continue
		}
		s.Manifest = m
		s.Batched = m.AcceptsBatches()
		c.construction(i)
		c.fields(i)
		c.declareOutputs(i)
		c.rules(i)
	}
}

func (c *compiler) unknownBlock(step int) {
	source := c.plan.Steps[step].Source
	if c.scopes[step].Defines(source.Type) {
		c.blame(step, workflow.KindDynamicDisabled, "type", source.Pointer+"/type",
			"the step uses a block that is Python code inside the definition, which Keyhole does not run")
		return
	}
	c.blame(step, workflow.KindSyntax, "type", source.Pointer+"/type", "there is no block of type %.80q; see the list of blocks for those that can be used", source.Type)
}

// construction checks the conditions under which the block can be constructed.
func (c *compiler) construction(step int) {
	m := c.plan.Steps[step].Manifest
	if m.Defect != "" {
		c.blame(step, workflow.KindBlockInterface, "type", c.plan.Steps[step].Source.Pointer, "the block %s cannot be built: %s", m.Type, m.Defect)
	}
	for _, service := range m.Services {
		if !slices.Contains(c.services, service) {
			c.blame(step, workflow.KindMissingService, "type", c.plan.Steps[step].Source.Pointer, "the block %s needs %q, which this server does not provide", m.Type, service)
		}
	}
}

// fields reads every field of the manifest from the step. It ignores unknown keys, as the
// language does.
func (c *compiler) fields(step int) {
	s := &c.plan.Steps[step]
	s.Arguments = make([]Argument, 0, len(s.Manifest.Fields))
	for i := range s.Manifest.Fields {
		field := &s.Manifest.Fields[i]
		r := &reader{compiler: c, step: step, field: field}
		node, key := written(s.Source.Node, field)
		r.pointer = document.Join(s.Source.Pointer, key)
		if node == nil && field.Required {
			c.blame(step, workflow.KindSyntax, field.Name, r.pointer, "the field %s is missing; it must be %s", field.Name, manifest.Describe(field.Accepts))
			continue
		}
		if field.TargetsSteps() {
			r.stepTargets(node)
			continue
		}
		r.argument = len(s.Arguments)
		argument := r.read(node)
		argument.Field = field
		s.Arguments = append(s.Arguments, argument)
	}
}

// written finds a field under its name or, failing that, under an alias.
func written(node *document.Node, field *manifest.Field) (*document.Node, string) {
	if value := node.Get(field.Name); value != nil {
		return value, field.Name
	}
	for _, alias := range field.Aliases {
		if value := node.Get(alias); value != nil {
			return value, alias
		}
	}
	return nil, field.Name
}

// declareOutputs lists the step's actual outputs.
func (c *compiler) declareOutputs(step int) {
	s := &c.plan.Steps[step]
	dynamic := s.Manifest.DynamicOutputs
	for _, output := range s.Manifest.Outputs {
		if output.Name != manifest.AnyOutput {
			s.Outputs = append(s.Outputs, output)
		} else if dynamic == nil {
			s.Wildcard = true
		}
	}
	if dynamic == nil {
		return
	}
	argument, ok := s.Argument(dynamic.Field)
	if !ok {
		return
	}
	names := dynamicNames(argument)
	if dynamic.Lower {
		for i, name := range names {
			names[i] = strings.ToLower(name)
		}
	}
	if len(names) > maxOutputs {
		c.blame(step, workflow.KindLimit, dynamic.Field, argument.Pointer, "%s names %d outputs; at most %d are accepted", dynamic.Field, len(names), maxOutputs)
		return
	}
	taken := map[string]bool{}
	for _, output := range s.Outputs {
		taken[output.Name] = true
	}
	for _, name := range names {
		if taken[name] {
			c.blame(step, workflow.KindSyntax, dynamic.Field, argument.Pointer, "%q is already an output of the block, or appears twice; use another name", name)
			continue
		}
		taken[name] = true
		s.Outputs = append(s.Outputs, manifest.Output{Name: name, Kinds: dynamic.Kinds})
	}
}

func dynamicNames(argument *Argument) []string {
	var names []string
	switch value := argument.Value.(type) {
	case []any:
		for _, item := range value {
			if name, ok := item.(string); ok {
				names = append(names, name)
			}
		}
	case map[string]any:
		for name := range value {
			names = append(names, name)
		}
		slices.Sort(names)
	}
	return names
}

// rules applies the manifest's conditions between fields.
func (c *compiler) rules(step int) {
	s := &c.plan.Steps[step]
	for _, rule := range s.Manifest.Rules {
		given, ok := s.Argument(rule.Field)
		if !ok {
			continue
		}
		value, _ := given.Value.(string)
		needed, ok := s.Argument(rule.Needs)
		if ok && slices.Contains(rule.Values, value) && isNone(needed, rule.Except) && !isGiven(s, rule.Unless) {
			c.blame(step, workflow.KindSyntax, rule.Needs, document.Join(s.Source.Pointer, rule.Needs),
				"%s is needed when %s is %q", rule.Needs, rule.Field, value)
		}
	}
}

// isNone reports whether a constant means no value: null, an empty list, or one of except.
func isNone(a *Argument, except []string) bool {
	if a.Form != Static {
		return false
	}
	switch v := a.Value.(type) {
	case nil:
		return len(a.Elements) == 0
	case []any:
		return len(v) == 0 && len(a.Elements) == 0
	case string:
		return slices.Contains(except, v)
	}
	return false
}

// isGiven reports whether a field has a value or gets one during the run.
func isGiven(s *Step, field string) bool {
	a, ok := s.Argument(field)
	return ok && !isNone(a, []string{""})
}
