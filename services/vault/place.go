package vault

import (
	"fmt"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
)

// slotPlace is where in a request a credential goes. It belongs to the credential; of a
// visitor's own, to the slot of the version.
//
// A place is a kind with at most a name and a prefix. Kinds that sign a request instead
// of carrying the value fit in as well: SigV4 is a kind whose name is the access key's
// id and whose value is its secret, and the egress's fill computes the Authorization
// header from the finished request. SMTP AUTH is a kind whose name is the user; its
// egress is a second transport that speaks SMTP and takes the same handle, intent row
// and destination (smtps://host:465). Neither needs anything of handles or grants.
type slotPlace struct {
	kind         vaultv1.SlotKind
	name, prefix string
}

func (c credential) place() slotPlace {
	return slotPlace{vaultv1.SlotKind(c.slotKind), c.slotName, c.slotPrefix}
}

// with is the egress's slot for a value.
func (p slotPlace) with(value secret.Secret) *egress.Slot {
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

// slotNames are the slot kinds as run grants spell them.
func slotNames() map[string]vaultv1.SlotKind {
	return map[string]vaultv1.SlotKind{
		"bearer": vaultv1.SlotKind_SLOT_KIND_BEARER, "header": vaultv1.SlotKind_SLOT_KIND_HEADER,
		"query": vaultv1.SlotKind_SLOT_KIND_QUERY, "basic": vaultv1.SlotKind_SLOT_KIND_BASIC,
		"body": vaultv1.SlotKind_SLOT_KIND_BODY, "url": vaultv1.SlotKind_SLOT_KIND_URL,
	}
}

// completeSlot fills in what was left open, from the provider.
func completeSlot(providerName string, p slotPlace) (slotPlace, error) {
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
			return p, fmt.Errorf("the name of the header, the query parameter or the field of the body is needed")
		}
	case vaultv1.SlotKind_SLOT_KIND_BEARER, vaultv1.SlotKind_SLOT_KIND_URL:
		p.name = ""
	}
	if p.kind != vaultv1.SlotKind_SLOT_KIND_HEADER {
		p.prefix = ""
	}
	return p, nil
}
