package sharing

import (
	"context"
	"fmt"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/rewrite"
)

// A credential knows its place in a request. Where a step names the place too (a header,
// a query parameter, a field of the body, the address), both must be the same: else the
// secret would go where nobody looks for it, and the step would report success.

// brought is the place of a credential that an input brings. After "Basic " a person
// writes user:password, and not its base64.
func (s slot) brought() (kind, name, prefix string) {
	if s.scheme == string(manifest.SchemeHeader) && strings.EqualFold(s.parameter, "Authorization") && strings.EqualFold(s.prefix, "Basic ") {
		return string(manifest.SchemeBasic), "", ""
	}
	if s.scheme == string(manifest.SchemeHeader) {
		return s.scheme, s.parameter, s.prefix
	}
	return s.scheme, s.parameter, ""
}

// fitting refuses a credential whose own place is another one than the step's.
func fitting(sl slot, c *vaultv1.Credential) error {
	if fits(sl, c) {
		return nil
	}
	return errs.FailedPrecondition(errorsv1.Reason_REASON_SLOT_MISMATCH, "%s", mismatch(sl, c)).
		With("step", sl.step).With("field", sl.field).With("credential", sl.credential)
}

func mismatch(sl slot, c *vaultv1.Credential) string {
	return fmt.Sprintf("%s takes the credential %q, but that one goes into %s; change the slot of the credential (with its value), or write it where it goes",
		sl.path(), sl.credential, placeText(c))
}

func fits(sl slot, c *vaultv1.Credential) bool {
	kind := c.GetSlotKind()
	switch manifest.Scheme(sl.scheme) {
	case manifest.SchemeHeader:
		name, prefix := header(c)
		return strings.EqualFold(name, sl.parameter) && (sl.prefix == "" || strings.EqualFold(prefix, sl.prefix))
	case manifest.SchemeQuery:
		return kind == vaultv1.SlotKind_SLOT_KIND_QUERY && c.GetSlotName() == sl.parameter
	case manifest.SchemeBody:
		return kind == vaultv1.SlotKind_SLOT_KIND_BODY && c.GetSlotName() == sl.parameter
	case manifest.SchemeURL:
		return kind == vaultv1.SlotKind_SLOT_KIND_URL
	default: // the step names no place
		return kind != vaultv1.SlotKind_SLOT_KIND_BODY && kind != vaultv1.SlotKind_SLOT_KIND_URL
	}
}

// header is the header that a credential goes into; no name for other places.
func header(c *vaultv1.Credential) (name, prefix string) {
	switch c.GetSlotKind() {
	case vaultv1.SlotKind_SLOT_KIND_HEADER:
		return c.GetSlotName(), c.GetSlotPrefix()
	case vaultv1.SlotKind_SLOT_KIND_BASIC:
		return "Authorization", "Basic "
	case vaultv1.SlotKind_SLOT_KIND_BEARER, vaultv1.SlotKind_SLOT_KIND_UNSPECIFIED:
		return "Authorization", "Bearer "
	}
	return "", ""
}

func placeText(c *vaultv1.Credential) string {
	switch c.GetSlotKind() {
	case vaultv1.SlotKind_SLOT_KIND_QUERY:
		return fmt.Sprintf("the query parameter %q", c.GetSlotName())
	case vaultv1.SlotKind_SLOT_KIND_BODY:
		return fmt.Sprintf("the body at %s", c.GetSlotName())
	case vaultv1.SlotKind_SLOT_KIND_URL:
		return "the address"
	}
	name, prefix := header(c)
	return fmt.Sprintf("the header %s, after %q", name, prefix)
}

// takes names the place that the credential of a slot takes alone. Servers differ in
// whether capitals count in the name of a query parameter.
func (s slot) takes() string {
	switch manifest.Scheme(s.scheme) {
	case manifest.SchemeHeader, manifest.SchemeQuery:
		return s.scheme + " " + strings.ToLower(s.parameter)
	case manifest.SchemeBody, manifest.SchemeURL:
		return s.scheme + " " + s.parameter
	default:
		return string(manifest.SchemeHeader) + " authorization"
	}
}

// mostTogether is how many credentials one request carries at most: the vault takes no
// more handles.
const mostTogether = 8

// twice finds credentials of one step that go to the same place of its request, or are
// too many for one: such a step can never run.
func twice(slots []slot) workflow.Problems {
	var problems workflow.Problems
	first, fields := map[string]string{}, map[string]map[string]bool{}
	for _, sl := range slots {
		if fields[sl.step] == nil {
			fields[sl.step] = map[string]bool{}
		}
		if fields[sl.step][sl.field] = true; len(fields[sl.step]) == mostTogether+1 {
			problems = append(problems, workflow.Problem{
				Kind: workflow.KindSyntax, Step: sl.step, Field: sl.field,
				Message: fmt.Sprintf("%s is one credential more than the %d that a request can carry", sl.field, mostTogether),
			})
		}
		place := sl.step + "\x00" + sl.takes()
		if other, taken := first[place]; taken && other != sl.field {
			problems = append(problems, workflow.Problem{
				Kind: workflow.KindSyntax, Step: sl.step, Field: sl.field,
				Message: fmt.Sprintf("%s goes to the same place of the request as %s, which takes one credential: leave one of them out", sl.field, other),
			})
			continue
		}
		first[place] = sl.field
	}
	return problems
}

// slotsOfLiterals are the slots that literals will be.
func slotsOfLiterals(literals []inspect.Literal) []slot {
	var slots []slot
	for _, l := range literals {
		slots = append(slots, slot{step: l.Step, field: l.Field, scheme: string(l.Scheme), parameter: l.Parameter})
	}
	return slots
}

// misplaced are the slots whose credential goes to another place than the step writes it
// in. A credential that does not exist is not among them.
func (s *Service) misplaced(ctx context.Context, ws string, look *analysis) (workflow.Problems, error) {
	known, err := s.credentials(ctx, ws, look.credentialIDs())
	if err != nil {
		return nil, err
	}
	var problems workflow.Problems
	for _, sl := range look.boundSlots() {
		if c := known[sl.credential]; c != nil && !fits(sl, c) {
			problems = append(problems, workflow.Problem{Kind: workflow.KindSyntax, Step: sl.step, Field: sl.field, Message: mismatch(sl, c)})
		}
	}
	return problems, nil
}

// kept says how a literal is stored, and what stays in the definition before the
// reference to it.
func kept(l inspect.Literal, text string, c *vaultv1.Credential) (before string) {
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
	}
	return before
}

// unboundLiteral is what takes the place of a literal that is not kept.
func unboundLiteral(l inspect.Literal, text string) string {
	if l.Scheme == manifest.SchemeURL {
		host, _ := inspect.SplitAddress(text)
		return host + rewrite.Unbound
	}
	return rewrite.Unbound
}
