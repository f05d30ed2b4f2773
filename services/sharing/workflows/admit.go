package workflows

import (
	"context"
	"fmt"
	"slices"

	"google.golang.org/genproto/googleapis/rpc/errdetails"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
	"github.com/keyhole-dev/keyhole/services/workflow/rewrite"
)

// admit checks a definition before it is saved and returns the bytes to store. A secret in
// a credential field goes to the vault, on the authority of the caller, and leaves a
// reference. A secret anywhere else is refused.
func (s *Workflows) admit(ctx context.Context, ws string, given []byte) ([]byte, error) {
	parsed, err := readClean(given)
	if err != nil {
		return nil, err
	}
	if parsed, err = s.embedded(ctx, ws, parsed); err != nil {
		return nil, err
	}
	if parsed, err = s.definitions.BindSecrets(parsed); err != nil {
		return nil, err
	}
	raw, literals := parsed.Raw, s.definitions.Literals(parsed)
	if err := definition.RefuseLiterals(literals); err != nil {
		return nil, err
	}
	// The definition may hold secrets, so the cache must not keep it.
	analysis := s.definitions.Analyze(raw)
	if len(analysis.Problems) > 0 {
		return nil, definition.Invalid(analysis.Problems)
	}
	if problems := analysis.Collisions(literals); len(problems) > 0 {
		return nil, definition.Invalid(problems)
	}
	if err := s.checkPlaces(ctx, ws, analysis); err != nil {
		return nil, err
	}
	if len(literals) == 0 {
		return raw, nil
	}
	return s.storeLiterals(ctx, ws, parsed, analysis.HostsOf, literals)
}

// admitDraft does the same for a draft. A draft may have problems, so nothing but the
// search for secrets keeps one out, and the search is stricter than that of a definition
// which compiles.
func (s *Workflows) admitDraft(ctx context.Context, ws string, given []byte) ([]byte, error) {
	parsed, err := readClean(given)
	if err != nil {
		return nil, err
	}
	literals := s.definitions.LiteralsOfDraft(parsed)
	if err := definition.RefuseLiterals(literals); err != nil {
		return nil, err
	}
	if len(literals) == 0 {
		return parsed.Raw, nil
	}
	return s.storeLiterals(ctx, ws, parsed, s.definitions.HostsIn(parsed), literals)
}

// checkPlaces refuses credentials with another place in a request than the step names. It
// asks the vault once if the definition names credentials.
func (s *Workflows) checkPlaces(ctx context.Context, ws string, analysis *definition.Analysis) error {
	known, err := s.peers.Credentials(ctx, ws, analysis.CredentialIDs())
	if err != nil {
		return err
	}
	return analysis.CheckPlaces(known)
}

// storeLiterals stores the secrets in the vault and replaces them by references. hostsOf
// says where the secrets of a step may go, nil to leave that to the vault, which knows the
// hosts of well-known providers.
func (s *Workflows) storeLiterals(ctx context.Context, ws string, d *workflow.Definition, hostsOf func(step string) []string, literals []inspect.Literal) ([]byte, error) {
	texts := map[string]string{}
	stored := map[string]string{} // the same secret at the same place of the same destination becomes one credential
	for _, l := range literals {
		node, ok := d.Root.Lookup(l.Pointer)
		if !ok {
			return nil, fmt.Errorf("store literal: no value at %s", l.Pointer)
		}
		credential := &vaultv1.Credential{Provider: l.Provider, Hosts: hostsOf(l.Step), Title: "from step " + l.Step}
		before := definition.FillCredential(l, node.Text, credential)
		key := fmt.Sprintf("%q", append([]string{l.Provider, string(l.Scheme), l.Parameter, node.Text}, credential.GetHosts()...))
		if _, done := stored[key]; !done {
			out, err := s.vault.StoreLiteral(ctx, &vaultinternalv1.StoreLiteralRequest{Workspace: ws, IdHint: hint(l), Credential: credential})
			if needsHosts(err) {
				return nil, noDestination(l)
			}
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

// needsHosts reports whether the vault refuses a credential because nobody said where it
// may go.
func needsHosts(err error) bool {
	return err != nil && slices.ContainsFunc(errs.From(err).Violations(), func(v *errdetails.BadRequest_FieldViolation) bool {
		return v.GetField() == "credential.hosts" && v.GetDescription() == "required"
	})
}

// noDestination refuses the secret of a step that does not say yet where the secret goes.
func noDestination(l inspect.Literal) error {
	path := definition.LiteralPath(l)
	return errs.InvalidArgument("%s holds a secret, and the step does not say yet where it is sent; write the address into the step first", path).
		WithReason(errorsv1.Reason_REASON_LITERAL_SECRET).Field(path, "needs the address of the step first")
}

func hint(l inspect.Literal) string {
	h := resource.Slug(l.Step + " " + l.Field)
	if h == "" {
		return "credential"
	}
	return h
}
