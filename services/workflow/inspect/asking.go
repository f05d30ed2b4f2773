package inspect

import (
	"slices"

	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

// AskingInput is an ordinary input that people would give a secret to, because its name
// or its text asks for one. The value is no credential: it goes where any data goes.
type AskingInput struct {
	Input string
	// Step and Field are the first place that it goes to; for an output, Field alone,
	// "outputs.<name>".
	Step, Field string
}

// askingInputs finds them. An input that goes nowhere, or that brings a picture, is none.
func (i *inspector) askingInputs() {
	secret := map[string]bool{}
	for _, in := range i.report.SecretInputs {
		secret[in.Input] = true
	}
	asking := map[int]bool{}
	for at, in := range i.plan.Inputs {
		asking[at] = !secret[in.Name] && asks(in)
	}
	for _, e := range i.plan.Edges {
		if e.From.Kind != plan.InputNode || e.Control || !asking[e.From.Index] {
			continue
		}
		found := AskingInput{Input: i.plan.Inputs[e.From.Index].Name, Field: e.Field}
		if e.To.Kind == plan.OutputNode {
			found.Field = "outputs." + i.plan.Outputs[e.To.Index].Name
		} else {
			found.Step = i.plan.Steps[e.To.Index].Name
		}
		i.report.Asking = append(i.report.Asking, found)
		asking[e.From.Index] = false // one place is enough
	}
}

func asks(in plan.Input) bool {
	switch {
	case in.Type == workflow.InputImage || in.Type == workflow.InputVideoMetadata:
		return false
	case slices.ContainsFunc(in.Kinds, leak.AsksForSecret), leak.AsksForSecret(in.Name):
		return true
	}
	for _, member := range in.Node.Members {
		switch member.Key {
		case "type", "name", "kind", "dimensionality":
		default:
			if leak.AsksForSecret(member.Key) || textAsks(member.Value) {
				return true
			}
		}
	}
	return false
}

// textAsks looks at labels, descriptions and example values, and at what they are called.
func textAsks(n *document.Node) bool {
	switch n.Kind {
	case document.String:
		return leak.AsksForSecret(n.Text)
	case document.Array:
		return slices.ContainsFunc(n.Items, textAsks)
	case document.Object:
		return slices.ContainsFunc(n.Members, func(m document.Member) bool { return leak.AsksForSecret(m.Key) || textAsks(m.Value) })
	}
	return false
}
