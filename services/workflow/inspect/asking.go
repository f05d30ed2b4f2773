package inspect

import (
	"slices"

	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

// AskingInput is an ordinary input whose name or description asks people for a secret. Its
// value is not treated as a credential; it is ordinary data.
type AskingInput struct {
	Input string
	// Step and Field are the first use of the input. For an output, Step is empty and Field
	// is "outputs.<name>".
	Step, Field string
}

// askingInputs finds these inputs. It skips inputs that are not used, and pictures.
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
		asking[e.From.Index] = false // one use is enough
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

// textAsks checks labels, descriptions and example values, and their names.
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
