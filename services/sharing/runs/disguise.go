package runs

import (
	"slices"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/ledger"
)

// The steps of a run tell its payer how far it came, and why it failed. A run that ends
// otherwise than its runner reports has other steps, so that they do not tell what the guard
// has found.

// withoutReasons removes why steps failed.
func withoutReasons(steps []*sharingv1.StepEvent) []*sharingv1.StepEvent {
	for _, e := range steps {
		e.Reason = ""
	}
	return steps
}

// failedAtCall makes the steps of a run whose provider failed: the last step that made a
// call failed, and nothing came after it.
func failedAtCall(steps []*sharingv1.StepEvent, items []*sharingv1.LineItem) []*sharingv1.StepEvent {
	var last *sharingv1.StepEvent
	for _, e := range steps {
		if calls(items, e.GetStep()) && (last == nil || e.GetEndTime().AsTime().After(last.GetEndTime().AsTime())) {
			last = e
		}
	}
	if last == nil {
		return nil
	}
	steps = withoutReasons(steps)
	last.State, last.Reason = "failed", providerFailed
	return slices.DeleteFunc(steps, func(e *sharingv1.StepEvent) bool {
		return e.GetEndTime().AsTime().After(last.GetEndTime().AsTime())
	})
}

// calls reports whether a step made a call with a credential.
func calls(items []*sharingv1.LineItem, step string) bool {
	return slices.ContainsFunc(items, func(i *sharingv1.LineItem) bool {
		return i.GetKind() == ledger.KindCredential && i.GetStep() == step
	})
}

// providerFailed is the reason of a run whose texts were withheld.
const providerFailed = "PROVIDER_FAILED"
