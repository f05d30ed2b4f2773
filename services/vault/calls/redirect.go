package calls

import (
	"context"
	"strconv"

	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
)

// redirects are those of one call with a credential. Each is a request without the credential, and gets an
// audit event before it is made.
type redirects struct {
	audit  *audit.Log
	handle *handle
	// followed means that the provider has answered the call with the credential, so its outcome is "ok" even
	// if the redirect fails.
	followed bool
	// err is the failure to write an event.
	err error
}

// write writes one redirect durably.
func (r *redirects) write(ctx context.Context, status int, to egress.Destination) error {
	h := r.handle
	e := r.audit.Event(audit.PeerOf(ctx, h.Peer), h.Workspace, "redirect.followed", h.credentialLabel())
	e.Details["run"], e.Details["step"], e.Details["attempt"] = h.Run, h.Step, strconv.FormatInt(h.Attempt, 10)
	e.Details["destination"], e.Details["status"] = to.String(), strconv.Itoa(status)
	if h.Share != "" {
		e.Details["share"] = h.Share
	}
	r.followed = true
	r.err = r.audit.Alone(ctx, e)
	return r.err
}
