package policy

import (
	"slices"

	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
	"github.com/keyhole-dev/keyhole/services/sharing/workflows"
)

// Decision is on whose behalf a run happens, and with what. It does not say whether the
// limits allow the run: the meter does.
type Decision struct {
	Principal caller.Principal
	// Caller identifies the principal in one string, see CallerOf. Visitor is the name by
	// which the owner of the link sees the caller; it is empty for an own run.
	Caller, Visitor string

	// Link is what the link of the run opens. It is nil for an own run.
	Link *shares.Resolved
	// Sample is the sample of the link that the run is of, nil for other runs.
	Sample *Sample
	// Owner is the workspace that owns the definition.
	Owner string
	// Workflow and Version are zero for a run of an inline definition. Version is zero for a
	// run of the workflow's draft.
	Workflow workflows.Workflow
	Version  int64
	Analysis *definition.Analysis

	// Charged is the key that pays. PaidByOwner reports that it is the key of the link.
	Charged     string
	PaidByOwner bool
	// Scopes are the limits that the run counts against, in the order in which it reserves.
	Scopes []meter.Scope
	// Pictures is how many pictures the request brings.
	Pictures int64

	// Slots say which credential may go where. CredentialInputs are the inputs that bring
	// one.
	Slots            []grant.Slot
	CredentialInputs []*sharinginternalv1.CredentialInput
	Models           []*sharinginternalv1.RunModel
	// Attempts bounds the calls of each step.
	Attempts int32
	// Sinks reports that steps with effects outside may run.
	Sinks bool

	// Asks are inputs whose values decide models and are not in the request. If there are
	// any, nothing after Analysis is decided.
	Asks []string
}

// CallerOf identifies a principal in one string: a key, or a guest's address. It is empty
// for a principal that may not start runs.
func CallerOf(p caller.Principal) string {
	switch {
	case p.Kind == caller.Guest:
		return "guest:" + p.Visitor
	case p.Kind != caller.None && p.Key != "":
		return p.Key
	default:
		return ""
	}
}

// CallerWorkspace returns the workspace of the caller's key, "" for a guest.
func (d *Decision) CallerWorkspace() string {
	if d.Principal.Kind == caller.Guest {
		return ""
	}
	return d.Principal.Workspace
}

// hidden reports whether the owner's hidden credentials fill the slots.
func (d *Decision) hidden() bool { return d.Link != nil && d.Link.Share.Hidden() }

// HiddenCredentials reports whether the run uses the owner's hidden credentials.
func (d *Decision) HiddenCredentials() bool { return d.hidden() && d.Analysis.HasSlots() }

// visitorBrings reports whether inputs of the visitor fill the slots.
func (d *Decision) visitorBrings() bool { return d.Link != nil && !d.Link.Share.Hidden() }

// ModelVersions returns the versions of the models, each once.
func (d *Decision) ModelVersions() []string {
	var out []string
	for _, m := range d.Models {
		out = addOnce(out, m.GetVersion())
	}
	return out
}

func addOnce(list []string, text string) []string {
	if slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}
