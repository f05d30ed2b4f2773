package settings

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
)

// setBindings copies which credentials fill the slots. Each slot has one at most.
func (e *edit) setBindings(in []*sharingv1.SlotCredential) error {
	var all definition.Bindings
	for i, one := range in {
		if resource.Segment(one.GetCredential(), 0) != e.workflow.Workspace {
			return resource.Invalid(fmt.Sprintf("share.slot_credentials[%d].credential", i), "must be a credential of the workflow's workspace")
		}
		all = append(all, definition.Binding{Step: one.GetStep(), Field: one.GetField(), Credential: resource.Segment(one.GetCredential(), 1)})
	}
	slices.SortFunc(all, func(a, b definition.Binding) int {
		return cmp.Or(cmp.Compare(a.Step, b.Step), cmp.Compare(a.Field, b.Field))
	})
	for i := 1; i < len(all); i++ {
		if all[i].Step == all[i-1].Step && all[i].Field == all[i-1].Field {
			return resource.Invalid("share.slot_credentials", "have two credentials for %s.%s", all[i].Step, all[i].Field)
		}
	}
	e.row.SlotCredentials = all.Text()
	return nil
}

// checkBindings refuses a choice for a slot that the version does not have, and a credential
// that does not exist or does not go where the step sends it. It looks at a new choice only:
// a later version may have fewer slots.
func (c *checker) checkBindings(ctx context.Context, e *edit, a *definition.Analysis) error {
	all := e.row.Bindings()
	if len(all) == 0 || e.row.SlotCredentials == e.before.SlotCredentials {
		return nil
	}
	ids := make([]string, len(all))
	for i, b := range all {
		if !a.Bindable(b) {
			return resource.Invalid("share.slot_credentials", "the version has no slot %s.%s that takes a credential of its owner", b.Step, b.Field)
		}
		ids[i] = b.Credential
	}
	slices.Sort(ids)
	known, err := c.peers.Credentials(ctx, e.workflow.Workspace, slices.Compact(ids))
	if err != nil {
		return err
	}
	for _, b := range all {
		if known[b.Credential] == nil {
			return errs.FailedPrecondition(errorsv1.Reason_REASON_CREDENTIAL_UNKNOWN,
				"the workspace has no credential %q", b.Credential).With("credential", b.Credential)
		}
	}
	return a.CheckPlaces(known)
}
