package sharing

import (
	"context"
	"slices"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// A link promises where the credentials of its visitors go. A client that knows the link
// sends the same key under the same input name every day, so its owner must not be able
// to send that key elsewhere by changing the version. The promise is made when the link
// is made or rotated, and no version, setting or fork changes it. What differs from it
// runs only for clients that name the new destination themselves.

// promiseNow makes the link promise what the version does that it opens now: of a link
// that nobody knows yet.
func (e *shareEdit) promiseNow(ctx context.Context) error {
	v, err := e.workflows.Version(ctx, e.workflow, e.row.VersionNumber(e.workflow))
	if err != nil {
		return err
	}
	e.row.Promise = e.definitions.Of(v.Definition, v.Hash).Promise().Text()
	return nil
}

// movedCredentials are those of moved that a run through the link takes.
func (r *right) movedCredentials() []string {
	iface := r.analysis.VisitorInterface
	if r.share.Hidden() {
		iface = r.analysis.OwnInterface
	}
	var out []string
	for _, in := range iface.GetInputs() {
		if slices.Contains(r.moved.Credentials, in.GetName()) {
			out = append(out, in.GetName())
		}
	}
	return out
}

// keepsPromise refuses a value that was a credential when the link was made and would be
// ordinary data now. No client can confirm that.
func (d *decision) keepsPromise(r *sharinginternalv1.AuthorizeRunRequest) error {
	if d.right == nil {
		return nil
	}
	for _, name := range d.right.moved.Ordinary {
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
		if named || !slices.Contains(d.right.moved.Credentials, name) || !slices.Contains(r.GetInputs(), name) {
			continue
		}
		return errs.FailedPrecondition(errorsv1.Reason_REASON_DESTINATION_CHANGED,
			"where the credential %[1]q goes has changed since this link was made: it is sent to %[2]s now. If you trust that, send destinations {%[1]q: %[2]q} along; a client that cannot needs a new link from the owner. Nothing was sent or charged",
			name, in.GetDestination()).With("input", name).With("destination", in.GetDestination())
	}
	return nil
}
