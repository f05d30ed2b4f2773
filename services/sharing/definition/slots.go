package definition

import (
	"slices"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/names"
)

// HasSlots reports whether a step takes a credential of the owner.
func (a *Analysis) HasSlots() bool {
	return slices.ContainsFunc(a.Slots, func(s Slot) bool { return s.Input == "" })
}

// BoundSlots returns the slots that name a credential of the owner.
func (a *Analysis) BoundSlots() []Slot {
	return slices.DeleteFunc(slices.Clone(a.Slots), func(s Slot) bool { return s.Credential == "" })
}

// CredentialIDs returns the owner's credentials that the definition names, each once.
func (a *Analysis) CredentialIDs() []string {
	var ids []string
	for _, s := range a.BoundSlots() {
		if !slices.Contains(ids, s.Credential) {
			ids = append(ids, s.Credential)
		}
	}
	return ids
}

// SlotMessages returns the slots as their owner sees them. known has the credentials
// of the workspace ws by ID.
func (a *Analysis) SlotMessages(ws string, known map[string]*vaultv1.Credential) []*sharingv1.Slot {
	var out []*sharingv1.Slot
	for _, sl := range a.Slots {
		if sl.Input != "" { // the caller brings this credential in an input
			continue
		}
		m := &sharingv1.Slot{
			Step: sl.Step, Field: sl.Field, Provider: sl.Provider, Destination: Display(sl.Destination), DestinationConstant: sl.Constant,
		}
		if sl.Credential != "" {
			m.Credential = names.Credential(ws, sl.Credential)
			m.CredentialMissing = known[sl.Credential] == nil
		}
		out = append(out, m)
	}
	return out
}

// OwnerDestinations returns the constant destinations of slots that take a credential of
// the owner, each once, in canonical form.
func (a *Analysis) OwnerDestinations() []string {
	var all []string
	for _, sl := range a.Slots {
		if sl.Input == "" && sl.Constant && !slices.Contains(all, sl.Destination) {
			all = append(all, sl.Destination)
		}
	}
	return all
}
