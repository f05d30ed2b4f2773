package definition

import (
	"slices"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/names"
)

// Slot is a field of a step that takes a credential.
type Slot struct {
	Step, Field string
	Provider    string
	// scheme, parameter and prefix are the place of the credential in a request.
	scheme, parameter, prefix string
	// Credential is the ID of the bound credential, Input the input that brings one.
	// With neither the slot is unbound.
	Credential, Input string
	// VisitorInput is the input that fills the slot when visitors bring the credentials.
	VisitorInput string
	// Destination is a canonical address, "" when it is not constant.
	Destination string
	// address is the whole constant address with its path.
	address  string
	Constant bool
	// elsewhere lists the other places that take the input as ordinary data.
	elsewhere []string
}

// Path returns the step and the field as refusals name them.
func (s Slot) Path() string { return s.Step + "." + s.Field }

// Unbound reports whether the slot has no credential. No run starts with one.
func (s Slot) Unbound() bool { return s.Credential == "" && s.Input == "" }

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
