package sharing

import (
	"slices"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// keepsPromise refuses a value that was a credential when the link was made and would be
// ordinary data now. No client can confirm that.
func (d *decision) keepsPromise(r *sharinginternalv1.AuthorizeRunRequest) error {
	if d.right == nil {
		return nil
	}
	for _, name := range d.right.Moved.Ordinary {
		if slices.Contains(r.GetInputs(), name) {
			return errs.FailedPrecondition(errorsv1.Reason_REASON_DESTINATION_CHANGED,
				"the input %q took a credential when this link was made, and its value would be ordinary data now; do not send it. The owner can make a new link for this version; nothing was sent or charged",
				name).With("input", name)
		}
	}
	return nil
}

// confirmed refuses a credential whose place was not promised, unless the client names
// the destination itself; seen has compared what it named.
func (d *decision) confirmed(declared []*sharingv1.Input, r *sharinginternalv1.AuthorizeRunRequest) error {
	for _, in := range declared {
		name := in.GetName()
		_, named := r.GetDestinations()[name]
		if named || !slices.Contains(d.right.Moved.Credentials, name) || !slices.Contains(r.GetInputs(), name) {
			continue
		}
		return errs.FailedPrecondition(errorsv1.Reason_REASON_DESTINATION_CHANGED,
			"where the credential %[1]q goes has changed since this link was made: it is sent to %[2]s now. If you trust that, send destinations {%[1]q: %[2]q} along; a client that cannot needs a new link from the owner. Nothing was sent or charged",
			name, in.GetDestination()).With("input", name).With("destination", in.GetDestination())
	}
	return nil
}
