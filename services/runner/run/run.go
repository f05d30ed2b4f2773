package run

import (
	"context"

	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/runner/booking"
	"github.com/keyhole-dev/keyhole/services/runner/outbound"
	"github.com/keyhole-dev/keyhole/services/runner/redact"
)

// run is one run, from its authorisation to its booking.
type run struct {
	*Executor
	order Order
	id    string
	// proof shows sharing that the run belongs to this runner, during the run and at its end.
	proof   []byte
	allowed *sharinginternalv1.AuthorizeRunResponse

	// claims reads the claims of the grant on first use.
	claims   func() *grant.Claims
	redactor redact.Redactor
	ledger   *booking.Ledger
	steps    booking.Steps
	out      *outbound.Outbound
	// end ends the run with a reason.
	end   context.CancelCauseFunc
	drawn ownPictures
	// previews are those of the steps, if the order wants them.
	previews previews
	// brought is how many pictures were read for the steps.
	brought int64
	// names are those of the outputs, in the order of the definition.
	names []string
}

// dropCaller removes the caller from a context. After the authorisation a run acts under its grant
// and under nothing else. The caller's assertion is valid for seconds and would fail a longer run,
// and peers would record the identity of a visitor where the owner of the workflow reads it.
func dropCaller(ctx context.Context) context.Context {
	return caller.With(ctx, caller.Principal{})
}

// name returns the name of the run for its caller.
func (r *run) name() string {
	if name := r.allowed.GetName(); name != "" {
		return name
	}
	return r.id
}

// client returns whom the work of an authorised run counts for: the charged workspace, which
// for a link may be the owner's, and the caller.
func (r *run) client() fair.Client {
	c := fair.ClientOf(r.order.Caller)
	if charged := r.allowed.GetChargedWorkspace(); charged != "" {
		c.Tenant = charged
	}
	return c
}

func (r *run) tell(event *runnerv1.RunEvent) {
	if r.order.Observe != nil {
		r.order.Observe(event)
	}
}
