package shares

import (
	"maps"
	"slices"
	"sync"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/peers"
	"github.com/keyhole-dev/keyhole/services/sharing/workflows"
)

// Resolved is a share with the version that its link opens now, and what was found in
// that version. Callers share one value: nobody may change it.
type Resolved struct {
	Share    Share
	Workflow workflows.Workflow
	Version  workflows.Version
	Analysis *definition.Analysis
	// Moved are inputs whose values no longer go where the link promised.
	Moved definition.Moved
	// Grant is the vault's credential grant, nil unless credentials are hidden.
	Grant *vaultinternalv1.GetCredentialGrantResponse
	// Private are the models that keys of other workspaces may not use. Missing are those
	// that do not exist.
	Private, Missing []string
	// Owner is the title of the owner's workspace. Only ByToken sets it.
	Owner string
	// Halted is why the operator has suspended the link or its workspace, "" if it has not.
	Halted string

	presented presented

	memoOnce sync.Once // builds memo; callers at the same time wait for it
	memo     any
}

// Name returns the name of the share in the API.
func (r *Resolved) Name() string { return r.Share.Name(r.Workflow) }

// OwnerPays reports whether the owner's key pays for runs: run access is open, and the
// version still has a private model. Run access was opened for such a model only.
func (r *Resolved) OwnerPays() bool {
	return r.Share.RunAccess == sharingv1.RunAccess_RUN_ACCESS_OWNER && len(r.Private) > 0
}

// Granted reports whether the vault's grant covers the version that the link opens. After
// a new live version hidden credentials are not used until the owner has confirmed it.
func (r *Resolved) Granted() bool {
	return r.Grant.GetExists() && r.Grant.GetVersionHash() == r.Version.Hash && r.Share.GrantedHash == r.Version.Hash
}

// Suspended reports whether the vault waits for the owner.
func (r *Resolved) Suspended() bool { return peers.WaitsForOwner(r.Grant) }

// Interface returns the inputs and outputs of runs through the link, as the owner presents
// them. Unless credentials are hidden, visitors bring them as inputs.
func (r *Resolved) Interface() *sharingv1.Interface { return r.presented.shown }

// HidesInput reports whether the owner has fixed an input: runs use its default.
func (r *Resolved) HidesInput(name string) bool { return r.presented.inputs[name] }

// HiddenOutputs returns the outputs that must not leave a run through the link.
func (r *Resolved) HiddenOutputs() []string { return slices.Sorted(maps.Keys(r.presented.outputs)) }

// Samples returns the samples of inputs that visitors can set.
func (r *Resolved) Samples() []*sharingv1.Sample {
	return slices.DeleteFunc(r.Share.SampleList(), func(s *sharingv1.Sample) bool { return r.HidesInput(s.GetInput()) })
}

// interfaceOf returns the whole interface of runs through the link.
func (r *Resolved) interfaceOf() *sharingv1.Interface {
	if r.Share.Hidden() {
		return r.Analysis.OwnInterface
	}
	return r.Analysis.VisitorInterface
}

// MovedCredentials returns the credential inputs of runs through the link whose
// destination is not the promised one.
func (r *Resolved) MovedCredentials() []string {
	var out []string
	for _, in := range r.Interface().GetInputs() {
		if slices.Contains(r.Moved.Credentials, in.GetName()) {
			out = append(out, in.GetName())
		}
	}
	return out
}

// Memo returns what build made when Memo was called first. It lives exactly as long as
// the Resolved, so that what is derived from it is never older. All callers must pass the
// same function: there is one memo, for the view of the link.
func (r *Resolved) Memo(build func() any) any {
	r.memoOnce.Do(func() { r.memo = build() })
	return r.memo
}
