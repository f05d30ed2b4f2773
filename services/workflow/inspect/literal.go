package inspect

import (
	"fmt"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

// Reason is the reason why a text counts as a secret.
type Reason string

// The reasons.
const (
	// InCredentialField: any literal in a credential field is a secret.
	InCredentialField Reason = "credential_field"
	// FeedsCredentialField: the default of an input that is used as a credential.
	FeedsCredentialField Reason = "credential_input"
	// NamedLikeSecret: a header, query parameter or key named like "Authorization".
	NamedLikeSecret Reason = "secret_name"
	// KnownPrefix: the text has the form of a key, a token, or a secret address.
	KnownPrefix Reason = "known_prefix"
	// LooksRandom: the text looks random, at a place where secrets are common.
	LooksRandom Reason = "high_entropy"
)

// Literal is a secret that is written in the document.
type Literal struct {
	// Pointer is the JSON pointer of the text; rewrite.Replace takes it.
	Pointer string
	Step    string
	// Field of the step, or "inputs[2].default_value" and the like.
	Field  string
	Reason Reason
	// Provider is the provider of the credential field, or "generic".
	Provider string
	// Replaceable literals can be replaced by a reference to a credential. The author must
	// remove others.
	Replaceable bool
	// Guess marks a text in a step of an unknown block whose name suggests a secret. Nobody
	// knows what the block does with it, so the block is the problem.
	Guess bool
	// Scheme and Parameter are the position of a replaceable literal in the request.
	Scheme    manifest.Scheme
	Parameter string
}

// Literals finds secrets in a document, compiled or not, because a broken definition may
// contain them too. It does not return their values.
func Literals(d *workflow.Definition, catalogue *manifest.Catalogue) []Literal {
	return literals(d, catalogue, false, 0)
}

// LiteralsOfDraft finds secrets in a document that is kept although it may not compile. It
// also searches what a compiler refuses in any case: references, texts around references,
// and names.
func LiteralsOfDraft(d *workflow.Definition, catalogue *manifest.Catalogue) []Literal {
	return literals(d, catalogue, true, 0)
}

func literals(d *workflow.Definition, catalogue *manifest.Catalogue, draft bool, depth int) []Literal {
	f := &finder{definition: d, search: leak.NewSearch(), secretInputs: map[string]bool{}, catalogue: catalogue, draft: draft, depth: depth}
	// The default of an input is judged by where the input goes, so steps come first.
	for _, step := range d.Steps {
		f.step(step)
	}
	steps := f.found
	f.found = nil
	f.inputs()
	f.rest()
	return append(f.found, steps...)
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

func (f *finder) step(step workflow.Step) {
	m, _ := f.catalogue.Find(step.Type)
	base := document.JoinIndex("/steps", step.Index)
	// No code here says what a block that cannot run would do with its texts, and those of an
	// inner workflow go to its own steps.
	unexplained := m == nil || !m.Runs() || m.Type == InnerWorkflow
	for _, member := range step.Node.Members {
		w := walk{finder: f, step: step.Name, outbound: unexplained || m.Sink, unknown: m == nil, suspicious: m != nil && unexplained, unexplained: unexplained}
		if m != nil {
			w.field, _ = m.Field(member.Key)
			w.outbound = w.outbound || w.field == nil // no manifest describes it, and a reader sees it
		}
		w.visit(member.Value, document.Join(base, member.Key), member.Key, member.Key)
		w.name(member.Key, document.Join(base, member.Key))
		if isWorkflow(m, w.field) {
			f.nested(step, member, document.Join(base, member.Key))
		}
	}
}

func (f *finder) inputs() {
	for _, in := range f.definition.Inputs {
		for _, member := range in.Node.Members {
			w := walk{finder: f, outbound: true}
			if member.Key == "default_value" {
				w.suspicious, w.fed, w.named = true, f.secretInputs[in.Name], leak.SecretName(in.Name)
			}
			path, pointer := fmt.Sprintf("inputs[%d].%s", in.Index, member.Key), document.Join(document.JoinIndex("/inputs", in.Index), member.Key)
			w.visit(member.Value, pointer, path, member.Key)
			w.name(member.Key, pointer)
		}
	}
}

// rest searches everything outside of the parsed inputs and steps.
func (f *finder) rest() {
	for _, member := range f.definition.Root.Members {
		if member.Key == "inputs" || member.Key == "steps" {
			f.unread(member)
			continue
		}
		w := &walk{finder: f, outbound: true}
		w.visit(member.Value, document.Join("", member.Key), member.Key, member.Key)
		w.name(member.Key, document.Join("", member.Key))
	}
}

// unread searches elements that the parser could not parse.
func (f *finder) unread(member document.Member) {
	read := map[*document.Node]bool{}
	for _, s := range f.definition.Steps {
		read[s.Node] = true
	}
	for _, in := range f.definition.Inputs {
		read[in.Node] = true
	}
	if member.Value.Kind != document.Array {
		(&walk{finder: f, outbound: true}).visit(member.Value, "/"+member.Key, member.Key, "")
		return
	}
	for i, item := range member.Value.Items {
		if !read[item] {
			(&walk{finder: f, outbound: true}).visit(item, document.JoinIndex("/"+member.Key, i), member.Key, "")
		}
	}
}

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
			w.visit(member.Value, document.Join(pointer, member.Key), path+"."+member.Key, member.Key)
			w.key(member.Key, document.Join(pointer, member.Key), path)
		}
		if pointer != "" && w.field == nil {
			w.together(n, pointer, path)
		}
	}
}

// maxPieces bounds how many adjacent texts are read together.
const maxPieces = 10_000

// together checks adjacent texts and numbers: the characters of a
// key, or its parts.
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

// key checks a key itself. A key can only be reported, not replaced.
func (w *walk) key(key, pointer, path string) {
	if w.search.Find(key) {
		w.found = append(w.found, Literal{Pointer: pointer, Step: w.step, Field: path, Reason: KnownPrefix, Provider: "generic"})
	}
}

// name checks the key of a step, an input or the document. A compiler ignores such a key
// if it does not know it.
func (w *walk) name(key, pointer string) {
	if w.draft {
		w.key(key, pointer, "")
	}
}

// reference checks a reference of a draft. A compiler refuses one to nothing.
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
	if prefix, reference, ok := plan.Mention(w.field, name, text); ok && prefix != "" {
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
	embedded := plan.Embedded(w.field, text)
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
	if scheme := w.field.Credential.Destination.Scheme; scheme != "" && scheme != smtp { // no credential goes to such a host
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
