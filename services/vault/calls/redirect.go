package calls

import (
	"context"
	"strconv"

	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
)

// redirects are those of one call with a credential. Each is a request of its own, which
// has no credential, and gets a row of its own in the audit log before it is made.
type redirects struct {
	service *InternalHandlers
	handle  *handle
	// followed: the call with the credential has been answered, whatever comes after.
	followed bool
	// problem is why one could not be written down.
	problem error
}

// write writes one redirect durably.
func (r *redirects) write(ctx context.Context, status int, to egress.Destination) error {
	h := r.handle
	e := r.service.audit.Event(audit.PeerOf(ctx, h.Peer), h.Workspace, "redirect.followed", h.credentialLabel())
	e.Details["run"], e.Details["step"], e.Details["attempt"] = h.Run, h.Step, strconv.FormatInt(h.Attempt, 10)
	e.Details["destination"], e.Details["status"] = to.String(), strconv.Itoa(status)
	if h.Share != "" {
		e.Details["share"] = h.Share
	}
	r.followed = true
	r.problem = r.service.audit.Alone(ctx, e)
	return r.problem
}
