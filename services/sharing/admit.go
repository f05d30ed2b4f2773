package sharing

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/sharing/resource"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
	"github.com/keyhole-dev/keyhole/services/workflow/rewrite"
)

// admit looks a definition over before it is saved. A literal secret where a
// credential belongs goes to the vault, on the authority of the caller, and leaves
// a reference; anywhere else it is refused. What comes back may be stored.
func (s *Service) admit(ctx context.Context, ws string, raw []byte) ([]byte, error) {
	definition, problems := workflow.Parse(raw)
	if definition == nil {
		return nil, broken(problems)
	}
	clean, err := cleanPictures("definition", raw, definition.Root)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(clean, raw) {
		return s.admit(ctx, ws, clean)
	}
	literals := s.literals(definition)
	if err := refuseLiterals(literals); err != nil {
		return nil, err
	}
	// A document with secrets is not remembered by its hash.
	look := s.analyses.analyse(raw, "")
	if len(look.problems) > 0 {
		return nil, broken(look.problems)
	}
	if problems := twice(append(slotsOfLiterals(literals), look.slots...)); len(problems) > 0 {
		return nil, broken(problems)
	}
	if err := s.wellPlaced(ctx, ws, look); err != nil {
		return nil, err
	}
	if len(literals) == 0 {
		return raw, nil
	}
	return s.storeLiterals(ctx, ws, definition, look, literals)
}

// wellPlaced refuses references to credentials that go to another place than the step
// writes them in. It costs definitions that name credentials one question.
func (s *Service) wellPlaced(ctx context.Context, ws string, look *analysis) error {
	known, err := s.credentials(ctx, ws, look.credentialIDs())
	if err != nil {
		return err
	}
	for _, sl := range look.boundSlots() {
		if c := known[sl.credential]; c != nil {
			if err := fitting(sl, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// literals are the secrets in a definition. What stands in a block that there is none of
// and is only named like one is left to the refusal of that block.
func (s *Service) literals(definition *workflow.Definition) []inspect.Literal {
	return slices.DeleteFunc(inspect.Literals(definition, s.catalogue), func(l inspect.Literal) bool { return l.Guess })
}

// refuseLiterals names the places of secrets that no reference can replace.
func refuseLiterals(literals []inspect.Literal) error {
	e := errs.InvalidArgument(errorsv1.Reason_REASON_LITERAL_SECRET,
		"the definition holds a secret where none may stand; store it as a credential and refer to it in a credential field")
	found := false
	for _, l := range literals {
		if l.Replaceable {
			continue
		}
		found = true
		e = e.Field(literalPath(l), "looks like a secret; definitions hold none")
	}
	if !found {
		return nil
	}
	return e
}

// literalPath names the place of a literal. Where a name on the way is a secret itself,
// it says the place by its number: a refusal never repeats what it refuses.
func literalPath(l inspect.Literal) string {
	path := l.Field
	if l.Step != "" {
		path = "steps." + l.Step + "." + l.Field
	}
	if !leak.Find(path) {
		return path
	}
	parts := strings.SplitN(l.Pointer, "/", 4)
	if len(parts) > 2 {
		return parts[1] + "[" + parts[2] + "]"
	}
	return "definition"
}

// storeLiterals hands the secrets over and puts references in their places.
func (s *Service) storeLiterals(ctx context.Context, ws string, d *workflow.Definition, look *analysis, literals []inspect.Literal) ([]byte, error) {
	texts := map[string]string{}
	stored := map[string]string{} // one secret at one place of one destination is one credential
	for _, l := range literals {
		node, ok := d.Root.Lookup(l.Pointer)
		if !ok {
			return nil, fmt.Errorf("store literal: no value at %s", l.Pointer)
		}
		credential := &vaultv1.Credential{Provider: l.Provider, Hosts: look.hostsOf(l.Step), Title: "from step " + l.Step}
		before := kept(l, node.Text, credential)
		key := question(append([]string{l.Provider, string(l.Scheme), l.Parameter, node.Text}, credential.GetHosts()...))
		if _, done := stored[key]; !done {
			out, err := s.vault.StoreLiteral(ctx, &vaultinternalv1.StoreLiteralRequest{Workspace: ws, IdHint: hint(l), Credential: credential})
			if err != nil {
				return nil, fmt.Errorf("store literal: %w", err)
			}
			stored[key] = out.GetId()
		}
		texts[l.Pointer] = before + rewrite.Bound(stored[key])
	}
	raw, err := rewrite.Replace(d, texts)
	if err != nil {
		return nil, fmt.Errorf("replace literals: %w", err)
	}
	return raw, nil
}

func hint(l inspect.Literal) string {
	h := resource.Slug(l.Step + " " + l.Field)
	if h == "" {
		return "credential"
	}
	return h
}

// hostsOf are the constant addresses that a step sends to: where a credential that
// was written into it may go. With none the vault takes the provider's own.
func (a *analysis) hostsOf(step string) []string {
	if where := a.sends[step]; where != "" {
		return []string{where}
	}
	return nil
}
