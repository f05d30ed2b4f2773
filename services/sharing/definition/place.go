package definition

import (
	"fmt"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// A credential has a place in a request: a header, a query parameter, a field of the
// body, the address. If a step names a place too, both must be the same. Otherwise the
// secret would go where the provider does not read it, and the step would seem to succeed.

// CheckPlaces refuses the first credential with another place than its step names. A
// credential that is not known passes.
func (a *Analysis) CheckPlaces(known map[string]*vaultv1.Credential) error {
	for _, sl := range a.BoundSlots() {
		if c := known[sl.Credential]; c != nil {
			if err := CheckPlace(sl, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// BroughtPlace returns the place of a credential that an input brings. For "Basic " the
// input is user:password rather than its base64.
func (s Slot) BroughtPlace() (kind, name, prefix string) {
	if s.scheme == string(manifest.SchemeHeader) && strings.EqualFold(s.parameter, "Authorization") && strings.EqualFold(s.prefix, "Basic ") {
		return string(manifest.SchemeBasic), "", ""
	}
	if s.scheme == string(manifest.SchemePassword) {
		return string(manifest.SchemeBasic), "", ""
	}
	if s.scheme == string(manifest.SchemeHeader) {
		return s.scheme, s.parameter, s.prefix
	}
	return s.scheme, s.parameter, ""
}

// CheckPlace refuses a credential with another place than the step of its slot names.
func CheckPlace(sl Slot, c *vaultv1.Credential) error {
	if fits(sl, c) {
		return nil
	}
	return errs.FailedPrecondition(errorsv1.Reason_REASON_SLOT_MISMATCH, "%s", mismatch(sl, c)).
		With("step", sl.Step).With("field", sl.Field).With("credential", sl.Credential)
}

func mismatch(sl Slot, c *vaultv1.Credential) string {
	return fmt.Sprintf("%s takes the credential %q, but that credential goes into %s; change the slot of the credential (and send its value again), or use the credential in a field for that place",
		sl.Path(), sl.Credential, placeText(c))
}

func fits(sl Slot, c *vaultv1.Credential) bool {
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
	case manifest.SchemeSMTP:
		return kind == vaultv1.SlotKind_SLOT_KIND_SMTP
	case manifest.SchemeAccount:
		return kind == vaultv1.SlotKind_SLOT_KIND_ACCOUNT
	case manifest.SchemeSignature:
		return kind == vaultv1.SlotKind_SLOT_KIND_SIGNATURE
	case manifest.SchemePassword:
		return kind == vaultv1.SlotKind_SLOT_KIND_BASIC && c.GetSlotName() == ""
	default: // the step names no place
		return kind <= vaultv1.SlotKind_SLOT_KIND_BASIC
	}
}

// header returns the header that a credential goes into, "" for other places.
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
	case vaultv1.SlotKind_SLOT_KIND_SMTP:
		return "the sign-in of a mail server"
	case vaultv1.SlotKind_SLOT_KIND_ACCOUNT:
		return "the name of an account"
	case vaultv1.SlotKind_SLOT_KIND_SIGNATURE:
		return "a signature"
	}
	name, prefix := header(c)
	return fmt.Sprintf("the header %s, after %q", name, prefix)
}

// placeKey identifies the place of a slot, which takes one credential. Names of query
// parameters are compared in lower case, because some servers ignore case.
func (s Slot) placeKey() string {
	switch manifest.Scheme(s.scheme) {
	case manifest.SchemeHeader, manifest.SchemeQuery:
		return s.scheme + " " + strings.ToLower(s.parameter)
	case manifest.SchemeBody, manifest.SchemeURL, manifest.SchemeSMTP, manifest.SchemeLogin, manifest.SchemeAccount:
		return s.scheme + " " + s.parameter
	default:
		return string(manifest.SchemeHeader) + " authorization"
	}
}

// maxPerRequest bounds the credentials of one request. The vault accepts no more handles.
const maxPerRequest = 8

// collisionsOf finds credentials of one step that go to the same place of its request, and
// credentials above the limit of a request. Such a step can never run.
func collisionsOf(slots []Slot) workflow.Problems {
	var problems workflow.Problems
	first, fields := map[string]string{}, map[string]map[string]bool{}
	for _, sl := range slots {
		if fields[sl.Step] == nil {
			fields[sl.Step] = map[string]bool{}
		}
		if fields[sl.Step][sl.Field] = true; len(fields[sl.Step]) == maxPerRequest+1 {
			problems = append(problems, workflow.Problem{
				Kind: workflow.KindSyntax, Step: sl.Step, Field: sl.Field,
				Message: fmt.Sprintf("a request can carry %[2]d credentials, and %[1]s is one more; leave one out", sl.Field, maxPerRequest),
			})
		}
		place := sl.Step + "\x00" + sl.placeKey()
		if other, taken := first[place]; taken && other != sl.Field {
			problems = append(problems, workflow.Problem{
				Kind: workflow.KindSyntax, Step: sl.Step, Field: sl.Field,
				Message: fmt.Sprintf("%s goes to the same place of the request as %s, which takes one credential; remove one of them", sl.Field, other),
			})
			continue
		}
		first[place] = sl.Field
	}
	return problems
}

// Misplaced returns a problem for each credential with another place than its step names.
func (a *Analysis) Misplaced(known map[string]*vaultv1.Credential) workflow.Problems {
	var problems workflow.Problems
	for _, sl := range a.BoundSlots() {
		if c := known[sl.Credential]; c != nil && !fits(sl, c) {
			problems = append(problems, workflow.Problem{Kind: workflow.KindSyntax, Step: sl.Step, Field: sl.Field, Message: mismatch(sl, c)})
		}
	}
	return problems
}

// Collisions finds the slots that collide once the literals are stored too.
func (a *Analysis) Collisions(literals []inspect.Literal) workflow.Problems {
	return collisionsOf(append(slotsOfLiterals(literals), a.Slots...))
}

// slotsOfLiterals returns the slots that literals become when they are stored.
func slotsOfLiterals(literals []inspect.Literal) []Slot {
	var slots []Slot
	for _, l := range literals {
		slots = append(slots, Slot{Step: l.Step, Field: l.Field, scheme: string(l.Scheme), parameter: l.Parameter})
	}
	return slots
}
