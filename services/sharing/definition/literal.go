package definition

import (
	"slices"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/rewrite"
)

// Literals returns the secrets in a definition. It leaves out fields of unknown blocks
// that merely have the name of a secret: the unknown block is refused anyway.
func (c *Cache) Literals(definition *workflow.Definition) []inspect.Literal {
	return slices.DeleteFunc(inspect.Literals(definition, c.catalogue), func(l inspect.Literal) bool { return l.Guess })
}

// LiteralsOfDraft returns the secrets in a draft. It leaves out nothing: no compiler stands
// behind it.
func (c *Cache) LiteralsOfDraft(draft *workflow.Definition) []inspect.Literal {
	return inspect.LiteralsOfDraft(draft, c.catalogue)
}

// BindSecrets returns a definition with the credentials that its secrets stores name in the
// fields that take one.
func (c *Cache) BindSecrets(d *workflow.Definition) (*workflow.Definition, error) {
	raw, err := rewrite.BindSecrets(d, c.catalogue)
	if err != nil || len(raw) == len(d.Raw) && string(raw) == string(d.Raw) {
		return d, err
	}
	bound, problems := workflow.Parse(raw)
	if bound == nil {
		return nil, Invalid(problems)
	}
	return bound, nil
}

// HostsIn returns HostsOf for a definition that may have problems. A name that two steps
// have gives no hosts.
func (c *Cache) HostsIn(d *workflow.Definition) func(step string) []string {
	hosts := map[string][]string{}
	for _, to := range inspect.Destinations(plan.Sketch(d, c.catalogue, c.services...)) {
		if _, twice := hosts[to.Step]; twice || !to.Constant || to.Address == "" {
			hosts[to.Step] = nil
			continue
		}
		hosts[to.Step] = []string{to.Address}
	}
	return func(step string) []string { return hosts[step] }
}

// RefuseLiterals refuses secrets that no reference can replace, and names their places.
func RefuseLiterals(literals []inspect.Literal) error {
	e := errs.InvalidArgument("the definition contains a secret outside of credential fields; store it as a credential and refer to it in a credential field").WithReason(errorsv1.Reason_REASON_LITERAL_SECRET)
	found := false
	for _, l := range literals {
		if l.Replaceable {
			continue
		}
		found = true
		e = e.Field(LiteralPath(l), "looks like a secret; a definition must not contain one")
	}
	if !found {
		return nil
	}
	return e
}

// LiteralPath returns the place of a literal. If a name in the path is itself a secret, the
// path has the number of the step or input instead: a refusal never repeats a secret.
func LiteralPath(l inspect.Literal) string {
	path := l.Field
	if l.Step != "" {
		path = "steps." + l.Step + "." + l.Field
	}
	if l.Field != "" && !leak.Find(path) {
		return path
	}
	parts := strings.SplitN(l.Pointer, "/", 4)
	if len(parts) > 2 {
		return parts[1] + "[" + parts[2] + "]"
	}
	return "definition"
}

// HostsOf returns the constant addresses that a step sends to. A credential that was
// written into the step may go there. Without one the vault uses the provider's host.
func (a *Analysis) HostsOf(step string) []string {
	if where := a.destinationOf[step]; where != "" {
		return []string{where}
	}
	return nil
}

// LiteralProblems reports the secrets in a definition that is not saved yet.
func (c *Cache) LiteralProblems(raw []byte) []*sharingv1.Problem {
	definition, _ := workflow.Parse(raw)
	if definition == nil {
		return nil
	}
	var out []*sharingv1.Problem
	for _, l := range c.Literals(definition) {
		message := "looks like a secret; a definition must not contain one: store it as a credential and refer to it in a credential field"
		if l.Replaceable {
			message = "is a secret; on save it goes to the vault and leaves a reference"
		}
		step, field := l.Step, l.Field
		if path := LiteralPath(l); leak.Find(step + " " + field) { // a name is the secret
			step, field = "", path
		}
		out = append(out, &sharingv1.Problem{Step: step, Field: field, Kind: "literal_secret", Message: message, Pointer: shownPointer(l.Pointer)})
	}
	return out
}

// FillCredential sets the value and the slot of the credential that a literal becomes. It
// returns the text that stays in the definition before the reference.
func FillCredential(l inspect.Literal, text string, c *vaultv1.Credential) (before string) {
	c.Value = text
	switch l.Scheme {
	case manifest.SchemeHeader:
		h := inspect.SplitHeader(l.Parameter, text)
		c.Value, c.SlotKind, c.SlotName, c.SlotPrefix = h.Secret, vaultv1.SlotKind_SLOT_KIND_HEADER, l.Parameter, h.Prefix
		switch {
		case h.Basic:
			c.SlotKind, c.SlotName, c.SlotPrefix = vaultv1.SlotKind_SLOT_KIND_BASIC, h.User, ""
		case h.Prefix == "Bearer " && l.Parameter == "Authorization":
			c.SlotKind, c.SlotName, c.SlotPrefix = vaultv1.SlotKind_SLOT_KIND_BEARER, "", ""
		}
		return h.Prefix
	case manifest.SchemeQuery:
		c.SlotKind, c.SlotName = vaultv1.SlotKind_SLOT_KIND_QUERY, l.Parameter
	case manifest.SchemeBody:
		c.SlotKind, c.SlotName = vaultv1.SlotKind_SLOT_KIND_BODY, l.Parameter
	case manifest.SchemeURL:
		c.SlotKind = vaultv1.SlotKind_SLOT_KIND_URL
		before, _ = inspect.SplitAddress(text)
	case manifest.SchemeSMTP:
		c.SlotKind = vaultv1.SlotKind_SLOT_KIND_SMTP
	case manifest.SchemeAccount:
		c.SlotKind = vaultv1.SlotKind_SLOT_KIND_ACCOUNT
	case manifest.SchemePassword:
		c.SlotKind = vaultv1.SlotKind_SLOT_KIND_BASIC
	case manifest.SchemeSignature:
		c.SlotKind = vaultv1.SlotKind_SLOT_KIND_SIGNATURE
	}
	return before
}

// Unbind returns the text that replaces a literal that is not stored.
func Unbind(l inspect.Literal, text string) string {
	if l.Scheme == manifest.SchemeURL {
		host, _ := inspect.SplitAddress(text)
		return host + rewrite.Unbound
	}
	return rewrite.Unbound
}
