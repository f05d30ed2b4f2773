package sharing

import (
	"fmt"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
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
	return errs.FailedPrecondition(errorsv1.Reason_REASON_SLOT_MISMATCH,
		"%s takes the credential %q, but that one goes into %s; change the slot of the credential (with its value), or write it where it goes",
		sl.path(), sl.credential, placeText(c)).With("step", sl.step).With("field", sl.field).With("credential", sl.credential)
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
