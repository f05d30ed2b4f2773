package rewrite

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/compose"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
)

// Saved is a step that names a saved workflow instead of holding a definition.
type Saved struct {
	// Step is the step's name, with those of the steps around it: "outer__inner".
	Step string
	// Workspace and Version may be empty.
	Workspace, Workflow, Version string
	node                         *document.Node
}

// maxNested bounds how deep definitions inside of steps are searched. The compiler accepts
// fewer levels.
const maxNested = 8

// SavedIn lists the steps of a definition, and of those inside of its steps, that name
// saved workflows.
func SavedIn(d *workflow.Definition) []Saved { return savedIn(d.Root, "", 0) }

func savedIn(definition *document.Node, prefix string, depth int) []Saved {
	steps := definition.Get("steps")
	if steps == nil || depth > maxNested {
		return nil
	}
	var all []Saved
	for _, step := range steps.Items {
		if text(step, "type") != compose.InnerWorkflow {
			continue
		}
		name := prefix + text(step, "name")
		if inner := step.Get("workflow_definition"); inner != nil && inner.Kind != document.Null {
			all = append(all, savedIn(inner, name+"__", depth+1)...)
			continue
		}
		if id := text(step, "workflow_id"); id != "" {
			all = append(all, Saved{
				Step: name, Workspace: text(step, "workflow_workspace_id"), Workflow: id, Version: text(step, "workflow_version_id"), node: step,
			})
		}
	}
	return all
}

// text returns a text member, or "".
func text(n *document.Node, key string) string {
	if m := n.Get(key); m != nil && m.Kind == document.String {
		return m.Text
	}
	return ""
}

// replacedKeys are the keys that an embedded definition replaces.
var replacedKeys = []string{"workflow_definition", "workflow_workspace_id", "workflow_id", "workflow_version_id", "saved_workflow"}

// Embed writes a definition into each of these steps of d, with a note of its origin, which
// the language ignores. It refuses a result that is longer than a definition may be, before
// it makes one.
func Embed(d *workflow.Definition, steps []Saved, definitionOf func(Saved) (definition []byte, note string)) ([]byte, error) {
	total := len(d.Raw)
	edits := make([]document.Edit, len(steps))
	for i, s := range steps {
		definition, note := definitionOf(s)
		if total += len(definition); total > workflow.MaxBytes {
			return nil, fmt.Errorf("with the saved workflows in it the definition has more than %d bytes", workflow.MaxBytes)
		}
		edits[i] = document.Edit{Start: s.node.Start, End: s.node.End, With: s.with(d.Raw, definition, note)}
	}
	return document.Apply(d.Raw, edits)
}

// with returns the step's object with the definition.
func (s Saved) with(raw, definition []byte, note string) []byte {
	var out bytes.Buffer
	out.WriteByte('{')
	for _, m := range s.node.Members {
		if slices.Contains(replacedKeys, m.Key) {
			continue
		}
		out.Write(document.Quote(m.Key))
		out.WriteByte(':')
		out.Write(raw[m.Value.Start:m.Value.End])
		out.WriteByte(',')
	}
	out.WriteString(`"saved_workflow":`)
	out.Write(document.Quote(note))
	out.WriteString(`,"workflow_definition":`)
	out.Write(definition)
	out.WriteByte('}')
	return out.Bytes()
}
