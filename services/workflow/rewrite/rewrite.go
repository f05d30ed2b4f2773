// Package rewrite edits a definition's bytes. It turns a literal into a reference to a
// credential, or unbinds the slots of a fork. All other bytes stay unchanged, so a diff
// shows exactly the edit.
package rewrite

import (
	"fmt"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
)

// Unbound is the value of a slot without a credential.
const Unbound = "$credentials"

// managedKey is the prefix of keys that Roboflow's platform manages.
const managedKey = "rf_key:"

// Strip removes the IDs of credentials from a text. Each reference becomes unbound, even in
// the middle of a text.
func Strip(text string) string {
	if strings.HasPrefix(text, managedKey) {
		return Unbound
	}
	var out strings.Builder
	for {
		before, after, found := strings.Cut(text, Unbound+".")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		out.WriteString(Unbound)
		end := idLength(after)
		if end == 0 {
			out.WriteByte('.') // a full stop, not part of an ID
		}
		text = after[end:]
	}
}

// idLength returns the length of the leading ID, or of several joined by dots, because the
// rest must not read as another ID.
func idLength(text string) int {
	end := 0
	for end < len(text) {
		next := end
		if text[next] == '.' && end > 0 {
			next++
		}
		if next == len(text) || !workflow.IsName(text[next:next+1]) {
			break
		}
		end = next + 1
	}
	return end
}

// Bound returns the reference to a credential.
func Bound(credential string) string { return Unbound + "." + credential }

// Replace replaces the strings at JSON pointers. It fails if a pointer does not name a
// string; the error does not quote the value.
func Replace(d *workflow.Definition, texts map[string]string) ([]byte, error) {
	edits := make([]document.Edit, 0, len(texts))
	for pointer, text := range texts {
		node, ok := d.Root.Lookup(pointer)
		if !ok || node.Kind != document.String {
			return nil, fmt.Errorf("no string at %s", pointer)
		}
		edits = append(edits, document.ReplaceText(node, text))
	}
	return document.Apply(d.Raw, edits)
}

// Unbind returns the definition for a fork. Every reference to a credential becomes
// unbound, so no ID of the owner's credentials is left.
func Unbind(d *workflow.Definition) ([]byte, error) {
	var edits []document.Edit
	collect(d.Root, &edits)
	return document.Apply(d.Raw, edits)
}

func collect(n *document.Node, edits *[]document.Edit) {
	if n.Kind == document.String {
		if stripped := Strip(n.Text); stripped != n.Text {
			*edits = append(*edits, document.ReplaceText(n, stripped))
		}
	}
	for _, item := range n.Items {
		collect(item, edits)
	}
	for _, member := range n.Members {
		collect(member.Value, edits)
	}
}
