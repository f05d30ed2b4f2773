package sharing

import (
	"fmt"
	"slices"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
	"github.com/keyhole-dev/keyhole/services/workflow/rewrite"
)

// inlineDefinition is a definition that the caller brings along; a caller with a key.
// A secret that is written into a credential field is not refused as on save, for
// there is nothing to keep: it becomes an input of this run alone.
func (s *Service) inlineDefinition(d *decision, raw []byte) error {
	if d.principal.Kind != caller.Member {
		return errs.Unauthenticated(errorsv1.Reason_REASON_UNAUTHENTICATED, "running a definition of your own needs a key")
	}
	parsed, problems := workflow.Parse(raw)
	if parsed == nil {
		return definition.Invalid(problems)
	}
	literals := s.definitions.Literals(parsed)
	if err := definition.RefuseLiterals(literals); err != nil {
		return err
	}
	d.owner, d.sinks = d.principal.Workspace, true
	if len(literals) == 0 {
		d.analysis = s.definitions.Of(raw, definition.Hash(raw))
		return nil
	}
	texts := map[string]string{}
	for _, l := range literals {
		node, ok := parsed.Root.Lookup(l.Pointer)
		if !ok {
			return fmt.Errorf("take literals out: no value at %s", l.Pointer)
		}
		texts[l.Pointer] = definition.Unbind(l, node.Text)
	}
	clean, err := rewrite.Replace(parsed, texts)
	if err != nil {
		return fmt.Errorf("take literals out: %w", err)
	}
	analysis := *s.definitions.Of(clean, definition.Hash(clean)) // a copy: others may run the same text with slots unbound
	d.analysis = &analysis
	return d.bringLiterals(literals)
}

// bringLiterals makes each literal fill the slot that it stood in.
func (d *decision) bringLiterals(literals []inspect.Literal) error {
	d.analysis.Slots = slices.Clone(d.analysis.Slots)
	for _, l := range literals {
		at := slices.IndexFunc(d.analysis.Slots, func(sl definition.Slot) bool { return sl.Step == l.Step && sl.Field == l.Field && sl.Unbound() })
		if at < 0 || !d.analysis.Slots[at].Constant {
			return errs.InvalidArgument(errorsv1.Reason_REASON_LITERAL_SECRET,
				"%s holds a secret that cannot be used from there; store it as a credential", definition.LiteralPath(l)).
				Field(definition.LiteralPath(l), "looks like a secret; refer to a credential instead")
		}
		name := "literal." + strings.ReplaceAll(d.analysis.Slots[at].Path(), ".", "_")
		d.bringInput(d.analysis.Slots[at], name)
		d.credentialInputs[len(d.credentialInputs)-1] = &sharinginternalv1.CredentialInput{Name: name, Pointer: l.Pointer}
		d.analysis.Slots = slices.Delete(d.analysis.Slots, at, at+1)
	}
	return nil
}
