// Package rewrite edits a definition's bytes: a literal becomes a reference to a
// credential, a fork's slots become unbound. Bytes that are not concerned stay as they
// came, so that a diff shows what was done and nothing else.
package rewrite

import (
	"fmt"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
)

// Unbound is the value of a slot without a credential.
const Unbound = "$credentials"

// managedKey begins references to keys that the reference's platform keeps.
const managedKey = "rf_key:"

// Strip takes the ids of credentials out of a text: a reference becomes unbound, and so
// does one that a longer text mentions.
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
			out.WriteByte('.') // a full stop, not an id
		}
		text = after[end:]
	}
}

// idLength is how much of the text is an id, or several joined by dots: what is left
// after taking one out must not read as another.
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

// Bound is the reference to a credential.
func Bound(credential string) string { return Unbound + "." + credential }

// Replace puts texts in the place of the values at JSON pointers: pointer to new text.
// It fails, without saying what stood there, when a pointer names no text.
func Replace(d *workflow.Definition, texts map[string]string) ([]byte, error) {
	edits := make([]document.Edit, 0, len(texts))
	for pointer, text := range texts {
		node, ok := d.Root.Lookup(pointer)
		if !ok || node.Kind != document.String {
			return nil, fmt.Errorf("there is no text at %s", pointer)
		}
		edits = append(edits, document.ReplaceText(node, text))
	}
	return document.Apply(d.Raw, edits)
}

// Unbind is the definition for a fork: every reference to a credential, wherever it
// stands, becomes unbound. No id of the owner's credentials is left.
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
