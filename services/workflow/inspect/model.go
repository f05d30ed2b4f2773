package inspect

import (
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow/document"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

// models finds the models that a step uses.
func (i *inspector) models(s *plan.Step, m manifest.Model) {
	if m.Field == "" {
		i.defaultModels(s, m)
		return
	}
	argument, ok := s.Argument(m.Field)
	if !ok {
		return
	}
	out := Model{Step: s.Name, Field: m.Field, Task: m.Task, Pointer: argument.Pointer}
	switch argument.Form {
	case plan.FromStep:
		out.Dynamic = true
	case plan.FromInput:
		in := i.plan.Inputs[argument.Input]
		out.Input = in.Name
		out.ID, _ = in.Default.(string)
		out.Pointer = document.JoinIndex("/inputs", in.Index) + "/default_value"
	default:
		if out.ID, _ = argument.Value.(string); out.ID == "" {
			i.defaultModels(s, m)
			return
		}
	}
	i.report.Models = append(i.report.Models, out)
}

func (i *inspector) defaultModels(s *plan.Step, m manifest.Model) {
	for _, id := range i.standardModels(s, m) {
		i.report.Models = append(i.report.Models, Model{Step: s.Name, Field: m.Field, Task: m.Task, ID: id})
	}
}

// standardModels returns the IDs that a step uses when it names none, each once.
func (i *inspector) standardModels(s *plan.Step, m manifest.Model) []string {
	var out []string
	for _, template := range m.Defaults {
		if id, ok := i.expand(s, template); ok && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// expand replaces "{field}" by the field's constant, in small letters as the IDs of models.
// The default of an input counts as a constant. It returns false for "none", which means no
// model.
func (i *inspector) expand(s *plan.Step, template string) (string, bool) {
	before, rest, found := strings.Cut(template, "{")
	if !found {
		return template, true
	}
	field, after, _ := strings.Cut(rest, "}")
	argument, ok := s.Argument(field)
	if !ok {
		return "", false
	}
	constant := argument.Value
	if argument.Form == plan.FromInput {
		constant = i.plan.Inputs[argument.Input].Default
	}
	value, ok := constant.(string)
	return before + strings.ToLower(value) + after, ok && value != "none"
}
