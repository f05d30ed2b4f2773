package redact

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/workflow/document"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/rewrite"
)

// Markers that replace hidden values.
const (
	SlotMarker    = rewrite.Unbound
	LiteralMarker = "[redacted]"
)

// Options select what else to hide.
type Options struct {
	// ModelNames maps IDs of private models, as the document writes them, to the names to
	// show.
	ModelNames map[string]string
}

// Definition returns the redacted document as JSON.
func Definition(p *plan.Plan, catalogue *manifest.Catalogue, options Options) []byte {
	r := &redactor{plan: p, options: options, source: p.Definition.Raw, catalogue: catalogue, hidden: map[string]string{}, steps: map[string]*manifest.Manifest{}}
	for i := range p.Steps {
		r.steps[p.Steps[i].Source.Pointer] = p.Steps[i].Manifest
	}
	for i := range p.Inner {
		r.steps[p.Inner[i].Source.Pointer], _ = catalogue.Find(plan.InnerWorkflow)
	}
	for _, literal := range inspect.Literals(p.Definition, catalogue) {
		r.hidden[literal.Pointer] = LiteralMarker
	}
	report := inspect.Inspect(p)
	for _, slot := range report.Slots {
		r.hidden[slot.Pointer] = prefixOf(slot) + SlotMarker
	}
	r.hideModels(report)
	r.hideSecretNames()
	r.object(p.Definition.Root, "", definitionKeys)
	return r.out.Bytes()
}

// definitionKeys are the keys of a definition that may be shown.
var definitionKeys = []string{"version", "inputs", "steps", "outputs"}

// prefixOf is the text before a credential; for an address, it is the host. A token in the host
// is replaced by a word, so that the result is still a definition.
func prefixOf(slot inspect.Slot) string {
	return strings.Replace(leak.MaskHost(slot.Prefix), "*", "redacted", 1)
}

type redactor struct {
	plan      *plan.Plan
	catalogue *manifest.Catalogue
	options   Options
	source    []byte
	// base is the JSON pointer of the workflow that is being written, "" for the outermost.
	base string
	// hidden maps the JSON pointer of a text, or of a key, to what is shown.
	hidden map[string]string
	// steps maps the JSON pointer of a step to its manifest.
	steps map[string]*manifest.Manifest
	out   bytes.Buffer
}

// hideModels replaces private model IDs where they are written: in the step, or in the
// default of an input.
func (r *redactor) hideModels(report inspect.Report) {
	for _, model := range report.Models {
		if name, private := r.options.ModelNames[model.ID]; private {
			r.hidden[model.Pointer] = name
		}
	}
}

// hideSecretNames replaces the names in secrets stores, because they are ids of the owner's credentials.
func (r *redactor) hideSecretNames() {
	for i := range r.plan.Steps {
		s := &r.plan.Steps[i]
		list := s.Source.Node.Get(rewrite.SecretNames)
		if s.Manifest.Type != rewrite.SecretsStore || list == nil {
			continue
		}
		for at := range list.Items {
			r.hidden[document.JoinIndex(s.Source.Pointer+"/"+rewrite.SecretNames, at)] = "SECRET_" + strconv.Itoa(at+1)
		}
	}
}

// keysOf lists the keys of an object that may be shown. Nil means all.
func (r *redactor) keysOf(pointer string) []string {
	parts := strings.Split(strings.TrimPrefix(pointer, r.base), "/")
	if len(parts) != 3 {
		return nil
	}
	switch parts[1] {
	case "inputs":
		return []string{"type", "name", "kind", "dimensionality", "default_value"}
	case "outputs":
		return []string{"type", "name", "selector", "coordinates_system"}
	default:
		return r.stepKeys(pointer)
	}
}

func (r *redactor) stepKeys(pointer string) []string {
	keys := []string{"type", "name"}
	m := r.steps[pointer]
	if m == nil { // of a workflow inside of a step, whose blocks nothing has checked
		return keys
	}
	for _, field := range m.Fields {
		keys = append(append(keys, field.Name), field.Aliases...)
	}
	return keys
}

func (r *redactor) value(n *document.Node, pointer string) {
	switch n.Kind {
	case document.Object:
		r.object(n, pointer, r.keysOf(pointer))
	case document.Array:
		r.out.WriteByte('[')
		for i, item := range n.Items {
			if i > 0 {
				r.out.WriteByte(',')
			}
			r.value(item, document.JoinIndex(pointer, i))
		}
		r.out.WriteByte(']')
	case document.String:
		r.out.Write(document.Quote(r.text(n.Text, pointer)))
	default:
		r.out.Write(r.source[n.Start:n.End])
	}
}

func (r *redactor) object(n *document.Node, pointer string, keys []string) {
	r.out.WriteByte('{')
	first := true
	for _, member := range n.Members {
		if keys != nil && !slices.Contains(keys, member.Key) {
			continue
		}
		if !first {
			r.out.WriteByte(',')
		}
		first = false
		at := document.Join(pointer, member.Key)
		key := rewrite.Strip(member.Key)
		if leak.Find(key) {
			key = LiteralMarker
		}
		r.out.Write(document.Quote(key))
		r.out.WriteByte(':')
		if r.isWorkflow(pointer, member) {
			r.nested(member.Value, at)
			continue
		}
		r.value(member.Value, at)
	}
	r.out.WriteByte('}')
}

func (r *redactor) text(text, pointer string) string {
	if shown, ok := r.hidden[pointer]; ok {
		return shown
	}
	return rewrite.Strip(text)
}

// ownModel matches the ID of a model in a workspace of this installation, "acme/boxes/3".
// Nobody has checked whether models inside of a nested workflow are private, so none of them
// is shown.
var ownModel = regexp.MustCompile(`^[a-z0-9-]+/[a-z0-9_-]+/[0-9]+$`)

// isWorkflow reports whether a member of the object at pointer is a workflow inside of a
// step.
func (r *redactor) isWorkflow(pointer string, member document.Member) bool {
	m := r.steps[pointer]
	return m != nil && m.Type == inspect.InnerWorkflow && member.Key == inspect.NestedField && member.Value.Kind == document.Object
}

// nested writes a workflow inside of a step by the same rules as the outer one.
func (r *redactor) nested(n *document.Node, pointer string) {
	outer := r.base
	r.base = pointer
	r.readSteps(n, pointer)
	if outer == "" { // the walk has already seen the workflows further inside
		r.hideOwnModels(n, pointer)
	}
	r.object(n, pointer, definitionKeys)
	r.base = outer
}

func (r *redactor) readSteps(n *document.Node, pointer string) {
	steps := n.Get("steps")
	if steps == nil {
		return
	}
	for i, step := range steps.Items {
		if kind := step.Get("type"); kind != nil {
			r.steps[document.JoinIndex(pointer+"/steps", i)], _ = r.catalogue.Find(kind.Text)
		}
	}
}

func (r *redactor) hideOwnModels(n *document.Node, pointer string) {
	if n.Kind == document.String && ownModel.MatchString(n.Text) {
		r.hidden[pointer] = LiteralMarker
	}
	for i, item := range n.Items {
		r.hideOwnModels(item, document.JoinIndex(pointer, i))
	}
	for _, member := range n.Members {
		r.hideOwnModels(member.Value, document.Join(pointer, member.Key))
	}
}
