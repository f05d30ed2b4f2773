package credentials

import (
	"errors"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
)

// Place is where in a request a credential goes. It belongs to the credential. The place of a visitor's own
// credential belongs to the slot of the version.
//
// A place is a kind with at most a name and a prefix. Kinds that sign a request fit in as well: SigV4 is a kind
// whose name is the id of the access key and whose value is its secret, and filling the request computes its
// Authorization header. SMTP AUTH is a kind whose name is the user; its egress is a second transport that takes
// the same handle, intent and destination (smtps://host:465). Neither changes handles or grants.
type Place struct {
	kind         vaultv1.SlotKind
	name, prefix string
}

func (c Credential) Place() Place {
	return Place{vaultv1.SlotKind(c.slotKind), c.slotName, c.slotPrefix}
}

// With is the egress's slot for a value.
func (p Place) With(value secret.Secret) *egress.Slot {
	return &egress.Slot{Kind: egressKind(p.kind), Name: p.name, Prefix: p.prefix, Secret: value}
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
	default:
		return egress.Bearer
	}
}

// GrantedPlace is a place as run grants spell it. An unknown kind is left for the provider to fill in.
func GrantedPlace(kind, name, prefix string) Place {
	kinds := map[string]vaultv1.SlotKind{
		"bearer": vaultv1.SlotKind_SLOT_KIND_BEARER, "header": vaultv1.SlotKind_SLOT_KIND_HEADER,
		"query": vaultv1.SlotKind_SLOT_KIND_QUERY, "basic": vaultv1.SlotKind_SLOT_KIND_BASIC,
		"body": vaultv1.SlotKind_SLOT_KIND_BODY, "url": vaultv1.SlotKind_SLOT_KIND_URL,
	}
	return Place{kinds[kind], name, prefix}
}

// CompleteSlot fills in missing fields from the provider.
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
	case vaultv1.SlotKind_SLOT_KIND_BEARER, vaultv1.SlotKind_SLOT_KIND_URL:
		p.name = ""
	}
	if p.kind != vaultv1.SlotKind_SLOT_KIND_HEADER {
		p.prefix = ""
	}
	return p, nil
}
