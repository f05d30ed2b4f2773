package credentials

import (
	"bytes"
	"errors"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
)

// Place is where in a request a credential goes. A stored credential has its own place. A visitor's credential goes
// to the place that the version's slot names.
//
// A place is a kind with at most a name and a prefix. For a mail server the name is the user.
type Place struct {
	kind         vaultv1.SlotKind
	name, prefix string
}

// Place is the place of a stored credential.
func (c Credential) Place() Place {
	return Place{vaultv1.SlotKind(c.slotKind), c.slotName, c.slotPrefix}
}

// With is the slot of egress for a value.
func (p Place) With(value secret.Secret) *egress.Slot {
	return &egress.Slot{Kind: egressKind(p.kind), Name: p.name, Prefix: p.prefix, Secret: value}
}

// Testable reports whether a request without a body, to an address that is known, can carry the credential alone. A
// mail server needs a user too.
func (p Place) Testable() bool {
	switch p.kind {
	case vaultv1.SlotKind_SLOT_KIND_BODY, vaultv1.SlotKind_SLOT_KIND_URL, vaultv1.SlotKind_SLOT_KIND_ACCOUNT, vaultv1.SlotKind_SLOT_KIND_SIGNATURE:
		return false
	case vaultv1.SlotKind_SLOT_KIND_SMTP:
		return p.name != ""
	}
	return true
}

// NeedsUser reports whether a value is a password without its user.
func (p Place) NeedsUser(value secret.Secret) bool {
	return p.kind == vaultv1.SlotKind_SLOT_KIND_BASIC && p.name == "" && bytes.IndexByte(value.Expose(), ':') < 0
}

func egressKind(k vaultv1.SlotKind) egress.SlotKind {
	switch k {
	case vaultv1.SlotKind_SLOT_KIND_HEADER:
		return egress.Header
	case vaultv1.SlotKind_SLOT_KIND_QUERY:
		return egress.Query
	case vaultv1.SlotKind_SLOT_KIND_BASIC:
		return egress.Basic
	case vaultv1.SlotKind_SLOT_KIND_BODY:
		return egress.Body
	case vaultv1.SlotKind_SLOT_KIND_URL:
		return egress.Address
	case vaultv1.SlotKind_SLOT_KIND_SMTP:
		return egress.Mail
	case vaultv1.SlotKind_SLOT_KIND_ACCOUNT:
		return egress.Account
	case vaultv1.SlotKind_SLOT_KIND_SIGNATURE:
		return egress.Signature
	default:
		return egress.Bearer
	}
}

// GrantedPlace is a place as run grants spell it. An unknown kind stays unset, for CompleteSlot to fill in.
func GrantedPlace(kind, name, prefix string) Place {
	kinds := map[string]vaultv1.SlotKind{
		"bearer": vaultv1.SlotKind_SLOT_KIND_BEARER, "header": vaultv1.SlotKind_SLOT_KIND_HEADER,
		"query": vaultv1.SlotKind_SLOT_KIND_QUERY, "basic": vaultv1.SlotKind_SLOT_KIND_BASIC,
		"body": vaultv1.SlotKind_SLOT_KIND_BODY, "url": vaultv1.SlotKind_SLOT_KIND_URL,
		"smtp": vaultv1.SlotKind_SLOT_KIND_SMTP, "account": vaultv1.SlotKind_SLOT_KIND_ACCOUNT, "signature": vaultv1.SlotKind_SLOT_KIND_SIGNATURE,
	}
	return Place{kinds[kind], name, prefix}
}

// CompleteSlot fills in missing fields with those of the provider.
func CompleteSlot(providerName string, p Place) (Place, error) {
	usual := knownProvider(providerName)
	if p.kind == vaultv1.SlotKind_SLOT_KIND_UNSPECIFIED {
		p.kind = usual.slotKind
	}
	if p.name == "" && p.kind == usual.slotKind {
		p.name = usual.slotName
	}
	switch p.kind {
	case vaultv1.SlotKind_SLOT_KIND_HEADER, vaultv1.SlotKind_SLOT_KIND_QUERY, vaultv1.SlotKind_SLOT_KIND_BODY:
		if p.name == "" {
			return p, errors.New("the name of the header, the query parameter or the field of the body is required")
		}
	case vaultv1.SlotKind_SLOT_KIND_BEARER, vaultv1.SlotKind_SLOT_KIND_URL, vaultv1.SlotKind_SLOT_KIND_ACCOUNT, vaultv1.SlotKind_SLOT_KIND_SIGNATURE:
		p.name = ""
	}
	if p.kind != vaultv1.SlotKind_SLOT_KIND_HEADER {
		p.prefix = ""
	}
	return p, nil
}
