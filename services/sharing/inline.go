package sharing

import (
	"fmt"
	"slices"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
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
	definition, problems := workflow.Parse(raw)
	if definition == nil {
		return broken(problems)
	}
	literals := s.literals(definition)
	if err := refuseLiterals(literals); err != nil {
		return err
	}
	d.owner, d.sinks = d.principal.Workspace, true
	if len(literals) == 0 {
		d.look = s.analyses.of(raw, hashOf(raw))
		return nil
	}
	texts := map[string]string{}
	for _, l := range literals {
		node, ok := definition.Root.Lookup(l.Pointer)
		if !ok {
			return fmt.Errorf("take literals out: no value at %s", l.Pointer)
		}
		texts[l.Pointer] = unboundLiteral(l, node.Text)
	}
	clean, err := rewrite.Replace(definition, texts)
	if err != nil {
		return fmt.Errorf("take literals out: %w", err)
	}
	look := *s.analyses.of(clean, hashOf(clean)) // a copy: others may run the same text with slots unbound
	d.look = &look
	return d.bringLiterals(literals)
}

// bringLiterals makes each literal fill the slot that it stood in.
func (d *decision) bringLiterals(literals []inspect.Literal) error {
	d.look.slots = slices.Clone(d.look.slots)
	for _, l := range literals {
		at := slices.IndexFunc(d.look.slots, func(sl slot) bool { return sl.step == l.Step && sl.field == l.Field && sl.unbound() })
		if at < 0 || !d.look.slots[at].constant {
			return errs.InvalidArgument(errorsv1.Reason_REASON_LITERAL_SECRET,
				"%s holds a secret that cannot be used from there; store it as a credential", literalPath(l)).
				Field(literalPath(l), "looks like a secret; refer to a credential instead")
		}
		name := "literal." + strings.ReplaceAll(d.look.slots[at].path(), ".", "_")
		d.bringInput(d.look.slots[at], name)
		d.credentialInputs[len(d.credentialInputs)-1] = &sharinginternalv1.CredentialInput{Name: name, Pointer: l.Pointer}
		d.look.slots = slices.Delete(d.look.slots, at, at+1)
	}
	return nil
}
