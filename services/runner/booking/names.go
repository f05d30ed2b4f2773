package booking

import (
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
)

// ModelNames returns the model versions of a run, by the model IDs in its definition.
func ModelNames(allowed *sharinginternalv1.AuthorizeRunResponse) map[string]string {
	names := make(map[string]string, len(allowed.GetModels()))
	for _, m := range allowed.GetModels() {
		names[m.GetModelId()] = m.GetVersion()
	}
	return names
}

// SlotNames returns the credential in each slot: its resource name, or the name of the input
// that it came with.
func SlotNames(claims *grant.Claims) map[Slot]string {
	names := make(map[Slot]string, len(claims.Slots))
	for _, slot := range claims.Slots {
		names[Slot{slot.Step, slot.Field}] = slot.Credential
		if slot.Credential == "" {
			names[Slot{slot.Step, slot.Field}] = slot.Input
		}
	}
	return names
}
