package booking

import (
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
)

// ModelNames are the versions that the model ids of the definition stand for.
func ModelNames(allowed *sharinginternalv1.AuthorizeRunResponse) map[string]string {
	names := make(map[string]string, len(allowed.GetModels()))
	for _, m := range allowed.GetModels() {
		names[m.GetModelId()] = m.GetVersion()
	}
	return names
}

// SlotNames is what each slot holds.
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
