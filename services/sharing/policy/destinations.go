package policy

import (
	"slices"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
)

// A link promises where the credentials of its visitors go (definition.Promise). What
// differs from the promise runs only for clients that name the new destination.

// checkOrdinary refuses a value that was a credential when the link was made and would be
// ordinary data now. No client can confirm that, because ordinary data has no destination.
func (d *Decision) checkOrdinary(r request) error {
	if d.Link == nil {
		return nil
	}
	for _, name := range d.Link.Moved.Ordinary {
		if slices.Contains(r.GetInputs(), name) {
			return errs.FailedPrecondition(errorsv1.Reason_REASON_DESTINATION_CHANGED,
				"the input %q was a credential when this link was created, and is ordinary data now; do not send it. The owner can create a new link for this version. Nothing was sent or charged",
				name).With("input", name)
		}
	}
	return nil
}

// checkShown compares the destinations that the visitor was shown with those of the
// version.
func checkShown(declared []*sharingv1.Input, shown map[string]string) error {
	for name, destination := range shown {
		at := slices.IndexFunc(declared, func(in *sharingv1.Input) bool { return in.GetName() == name && in.GetCredential() })
		if at >= 0 && sameDestination(declared[at].GetDestination(), destination) {
			continue
		}
		return errs.FailedPrecondition(errorsv1.Reason_REASON_DESTINATION_CHANGED,
			"the destination of the input %q differs from the one you saw; check the workflow before you send a credential", name).With("input", name)
	}
	return nil
}

func sameDestination(a, b string) bool {
	x, err := inspect.CanonicalDestination(a)
	if err != nil {
		return false
	}
	y, err := inspect.CanonicalDestination(b)
	return err == nil && x == y
}

// checkMoved refuses a credential whose destination was not promised, unless the client
// names the destination. checkShown has compared the ones that it named.
func (d *Decision) checkMoved(declared []*sharingv1.Input, r request) error {
	for _, in := range declared {
		name := in.GetName()
		_, named := r.GetDestinations()[name]
		if named || !slices.Contains(d.Link.Moved.Credentials, name) || !slices.Contains(r.GetInputs(), name) {
			continue
		}
		return errs.FailedPrecondition(errorsv1.Reason_REASON_DESTINATION_CHANGED,
			"the destination of the credential %[1]q has changed since this link was created: it is now %[2]s. If you trust it, add destinations {%[1]q: %[2]q} to the request; a client that cannot needs a new link from the owner. Nothing was sent or charged",
			name, in.GetDestination()).With("input", name).With("destination", in.GetDestination())
	}
	return nil
}
