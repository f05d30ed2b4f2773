package inspect

import (
	"fmt"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/mention"
	"github.com/keyhole-dev/keyhole/services/workflow/rewrite"
)

// walk is the search of one value of the document.
type walk struct {
	*finder
	step  string
	field *manifest.Field
	// outbound is set at places that may be sent out: sinks, and places that no manifest
	// describes. Names count there.
	outbound bool
	// unknown is set in a step of an unknown block.
	unknown bool
	// unexplained is set in a step that no code here explains: unknown or not runnable. A
	// field named like a secret counts there too, not only what stands in a map.
	unexplained bool
	// suspicious places are searched for random-looking texts as well.
	suspicious bool
	// fed is set for the default of an input that is used as a credential.
	fed bool
	// named is set for the default of an input whose name suggests a secret.
	named bool
	// listed is set in a list, where references to credentials are not followed.
	listed bool
}

func (w *walk) visit(n *document.Node, pointer, path, name string) {
	switch n.Kind {
	case document.String:
		w.text(n.Text, pointer, path, name)
	case document.Array:
		inside := *w
		inside.listed = true
		for i, item := range n.Items {
			inside.visit(item, document.JoinIndex(pointer, i), path, name)
		}
		w.together(n, pointer, path)
	case document.Object:
		for _, member := range n.Members {
			w.visit(member.Value, document.Join(pointer, member.Key), path+"."+member.Key, nameOf(n, member.Key))
			w.key(member.Key, document.Join(pointer, member.Key), path)
		}
		if pointer != "" && w.field == nil {
			w.together(n, pointer, path)
		}
	}
}

// nameOf returns the name of a member by which its texts are judged. The list of a secrets store
// holds names of secrets, so its own name says nothing about them.
func nameOf(object *document.Node, key string) string {
	if kind := object.Get("type"); kind != nil && kind.Text == rewrite.SecretsStore && key == rewrite.SecretNames {
		return ""
	}
	return key
}

// maxPieces bounds how many adjacent texts are read together.
const maxPieces = 10_000

// together checks adjacent texts and numbers, which may be the characters or the parts of a
// key.
func (w *walk) together(n *document.Node, pointer, path string) {
	var texts []string
	for at := range min(maxPieces, len(n.Items)+len(n.Members)) {
		var item *document.Node
		if at < len(n.Items) {
			item = n.Items[at]
		} else {
			item = n.Members[at-len(n.Items)].Value
		}
		switch {
		case item.Kind == document.String && len(item.Text) <= 256 && !strings.HasPrefix(item.Text, "$") && !leak.IsPicture(item.Text):
			texts = append(texts, item.Text)
		case item.Kind == document.Number:
			texts = append(texts, fmt.Sprint(item.Value()))
		}
	}
	if w.search.Joined(texts) {
		w.found = append(w.found, Literal{Pointer: pointer, Step: w.step, Field: path, Reason: KnownPrefix, Provider: "generic"})
	}
}

// key checks the key of an object. A key can only be reported, not replaced.
func (w *walk) key(key, pointer, path string) {
	if w.search.Find(key) {
		w.found = append(w.found, Literal{Pointer: pointer, Step: w.step, Field: path, Reason: KnownPrefix, Provider: "generic"})
	}
}

// name checks the key of a step, an input or the document. A compiler ignores keys that it
// does not know.
func (w *walk) name(key, pointer string) {
	if w.draft {
		w.key(key, pointer, "")
	}
}

// reference checks a reference of a draft. It may refer to nothing, because nobody has
// compiled the draft.
func (w *walk) reference(text, pointer, path string) {
	if w.draft && w.search.Find(text) {
		w.found = append(w.found, Literal{Pointer: pointer, Step: w.step, Field: path, Reason: KnownPrefix, Provider: "generic"})
	}
}

func (w *walk) text(text, pointer, path, name string) {
	if text == "" {
		return
	}
	takes := w.field != nil && w.field.Credential != nil
	inMap := strings.Contains(path, ".")
	// Most of a body or an address is not secret.
	credential := takes && !mostlyOrdinary(w.field.Credential.Scheme)
	if prefix, reference, ok := mention.Split(w.field, name, text); ok && prefix != "" {
		if selector, ok := workflow.ParseSelector(reference); ok && selector.IsInput() {
			w.secretInputs[selector.Input] = true
		}
		w.reference(text, pointer, path)
		return
	}
	if strings.HasPrefix(text, "$") {
		if selector, ok := workflow.ParseSelector(text); ok {
			if credential && selector.IsInput() && (!inMap || leak.SecretName(name)) {
				w.secretInputs[selector.Input] = true
			}
			w.reference(text, pointer, path)
			return
		}
		if text == "$credentials" || strings.HasPrefix(text, "$credentials.") {
			w.reference(text, pointer, path)
			return
		}
	}
	reason, found := w.judge(text, name, credential, inMap)
	embedded := mention.Embedded(w.field, text)
	if !found || embedded && !w.draft { // the plan refuses this text
		return
	}
	l := Literal{Pointer: pointer, Step: w.step, Field: path, Reason: reason, Provider: "generic", Guess: w.unknown && reason == NamedLikeSecret}
	if takes && !embedded && !w.listed && w.replaceable(text, path, inMap) {
		l.Replaceable, l.Provider, l.Scheme = true, w.field.Credential.Provider, w.field.Credential.Scheme
		l.Parameter = w.field.Credential.Parameter
		if inMap {
			l.Parameter = Parameter(l.Scheme, name)
		}
	}
	w.found = append(w.found, l)
}

func mostlyOrdinary(s manifest.Scheme) bool {
	return s == manifest.SchemeBody || s == manifest.SchemeURL
}

// replaceable reports whether a reference may replace this text.
func (w *walk) replaceable(text, path string, inMap bool) bool {
	if scheme := w.field.Credential.Destination.Scheme; scheme != "" && scheme != smtp && scheme != s3 { // no credential may go to such a host
		return false
	}
	switch w.field.Credential.Scheme {
	case manifest.SchemeURL:
		_, ok := SplitAddress(text)
		return ok
	case manifest.SchemeBody:
		return inMap && strings.Count(path, ".") == 1
	default:
		return true
	}
}

func (w *walk) judge(text, name string, credential, inMap bool) (Reason, bool) {
	switch {
	case credential && !inMap:
		return InCredentialField, !strings.HasPrefix(text, "rf_key:")
	case w.fed:
		return FeedsCredentialField, true
	case leak.IsPicture(text): // metadata is removed before it is saved
		return "", false
	case w.search.Find(text):
		return KnownPrefix, true
	case credential && leak.SecretName(name):
		return NamedLikeSecret, true
	case w.outbound && (inMap || w.field == nil || w.unexplained && w.field.Holds != manifest.HoldsNothing) && (w.named || leak.SecretName(name)) && leak.Plausible(text):
		return NamedLikeSecret, true
	case w.holdsToken(text):
		return NamedLikeSecret, true
	case (credential || w.suspicious) && leak.Random(text):
		return LooksRandom, true
	}
	return "", false
}

type finder struct {
	definition   *workflow.Definition
	search       *leak.Search
	secretInputs map[string]bool
	catalogue    *manifest.Catalogue
	// draft is set if nobody compiles the document before it is kept.
	draft bool
	// depth is how many workflows this one is inside of.
	depth int
	found []Literal
}
