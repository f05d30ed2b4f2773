package rewrite

import (
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// SecretsStore is the block that reads the server's environment in Roboflow's engine. Here
// its outputs are the workspace's credentials of those names.
const SecretsStore = "roboflow_core/environment_secrets_store@v1"

// SecretNames is the field of a secrets store that lists the names.
const SecretNames = "variables_storing_secrets"

// innerWorkflow is the block that holds a workflow.
const innerWorkflow = "roboflow_core/inner_workflow@v1"

// BindSecrets replaces each reference to an output of a secrets store, in a field that takes
// a credential, by a reference to the credential of that name: "$steps.env.slack_token" is
// "$credentials.slack_token". It does the same in the definitions inside of steps, each with
// its own stores, and for what a step binds to the inputs of an inner workflow, where a
// credential that becomes data is refused. References in other fields stay, and are refused
// where a definition is inspected.
func BindSecrets(d *workflow.Definition, catalogue *manifest.Catalogue) ([]byte, error) {
	edits := bindSteps(d.Root.Get("steps"), catalogue, 0)
	if len(edits) == 0 {
		return d.Raw, nil
	}
	return document.Apply(d.Raw, edits)
}

// bindSteps binds the steps of a definition.
func bindSteps(steps *document.Node, catalogue *manifest.Catalogue, depth int) []document.Edit {
	if steps == nil || depth > maxNested {
		return nil
	}
	stores := map[string]bool{}
	for _, s := range steps.Items {
		stores[text(s, "name")] = stores[text(s, "name")] || text(s, "type") == SecretsStore
	}
	var edits []document.Edit
	for _, s := range steps.Items {
		m, ok := catalogue.Find(text(s, "type"))
		if !ok {
			continue
		}
		if m.Type == innerWorkflow {
			edits = bindInputs(s.Get("parameter_bindings"), stores, edits)
			if inner := s.Get("workflow_definition"); inner != nil {
				edits = append(edits, bindSteps(inner.Get("steps"), catalogue, depth+1)...)
			}
		}
		for _, member := range s.Members {
			if field, ok := m.Field(member.Key); ok && field.Credential != nil {
				edits = bindIn(member.Value, stores, edits)
				for _, element := range member.Value.Members {
					edits = bindIn(element.Value, stores, edits)
				}
			}
		}
	}
	return edits
}

// bindInputs binds what a step gives to its inner workflow: whole references, because there a
// text with more in it is a constant.
func bindInputs(bindings *document.Node, stores map[string]bool, edits []document.Edit) []document.Edit {
	if bindings == nil {
		return edits
	}
	for _, binding := range bindings.Members {
		if strings.HasPrefix(binding.Value.Text, "$") {
			edits = bindIn(binding.Value, stores, edits)
		}
	}
	return edits
}

// bindIn replaces a reference that stands alone, or after a prefix ("Bearer ").
func bindIn(n *document.Node, stores map[string]bool, edits []document.Edit) []document.Edit {
	at := strings.LastIndexByte(n.Text, '$')
	if n.Kind != document.String || at < 0 {
		return edits
	}
	selector, ok := workflow.ParseSelector(n.Text[at:])
	if !ok || !selector.IsStepOutput() || selector.Output == "*" || !stores[selector.Step] {
		return edits
	}
	return append(edits, document.ReplaceText(n, n.Text[:at]+Bound(selector.Output)))
}
