package policy

import (
	"fmt"
	"slices"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
	"github.com/keyhole-dev/keyhole/services/workflow/rewrite"
)

// inlineDefinition takes a definition from the request of a caller with a key. A secret in
// a credential field is not refused as it is on save, because nothing is stored: it
// becomes an input of this run.
func (p *Decider) inlineDefinition(d *Decision, raw []byte) error {
	if !d.Principal.Kind.MayRun() {
		return errs.Unauthenticated("running a definition of your own needs a key")
	}
	parsed, problems := workflow.Parse(raw)
	if parsed == nil {
		return definition.Invalid(problems)
	}
	parsed, err := p.definitions.BindSecrets(parsed)
	if err != nil {
		return err
	}
	raw = parsed.Raw
	literals := p.definitions.Literals(parsed)
	if err := definition.RefuseLiterals(literals); err != nil {
		return err
	}
	d.Owner, d.Sinks = d.Principal.Workspace, true
	if len(literals) == 0 {
		d.Analysis = p.definitions.Of(raw, definition.Hash(raw))
		return nil
	}
	clean, err := withoutLiterals(parsed, literals)
	if err != nil {
		return err
	}
	// A copy: others may run the same text with its slots unbound.
	analysis := *p.definitions.Of(clean, definition.Hash(clean))
	analysis.Slots = slices.Clone(analysis.Slots)
	d.Analysis = &analysis
	return d.bindLiterals(literals)
}

// withoutLiterals returns the definition with an unbound slot in place of each secret.
func withoutLiterals(parsed *workflow.Definition, literals []inspect.Literal) ([]byte, error) {
	texts := map[string]string{}
	for _, l := range literals {
		node, ok := parsed.Root.Lookup(l.Pointer)
		if !ok {
			return nil, fmt.Errorf("remove literals: no value at %s", l.Pointer)
		}
		texts[l.Pointer] = definition.Unbind(l, node.Text)
	}
	clean, err := rewrite.Replace(parsed, texts)
	if err != nil {
		return nil, fmt.Errorf("remove literals: %w", err)
	}
	return clean, nil
}

// bindLiterals fills the slot of each secret with an input that the runner reads from the
// secret's place in the definition. The slot is bound then, and leaves the analysis.
func (d *Decision) bindLiterals(literals []inspect.Literal) error {
	for _, l := range literals {
		at := slices.IndexFunc(d.Analysis.Slots, func(sl definition.Slot) bool { return sl.Step == l.Step && sl.Field == l.Field && sl.Unbound() })
		if at < 0 || !d.Analysis.Slots[at].Constant {
			return errs.InvalidArgument("%s holds a secret that cannot be used from there; store it as a credential", definition.LiteralPath(l)).WithReason(errorsv1.Reason_REASON_LITERAL_SECRET).
				Field(definition.LiteralPath(l), "looks like a secret; refer to a credential instead")
		}
		name := "literal." + strings.ReplaceAll(d.Analysis.Slots[at].Path(), ".", "_")
		d.bindInput(d.Analysis.Slots[at], name)
		d.CredentialInputs[len(d.CredentialInputs)-1] = &sharinginternalv1.CredentialInput{Name: name, Pointer: l.Pointer}
		d.Analysis.Slots = slices.Delete(d.Analysis.Slots, at, at+1)
	}
	return nil
}
