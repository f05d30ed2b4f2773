package visitor

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"google.golang.org/grpc"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
)

const (
	// watchFor bounds a stream. The client opens the next one.
	watchFor = 10 * time.Minute
)

// onlooker stands for all visitors who watch a link, so that they share one reading: a guest who
// has used nothing. It starts no run.
var onlooker = caller.Principal{Kind: caller.Guest, Workspace: "operator", Key: rpc.GuestKey, Visitor: "onlooker"}

// WatchSharedWorkflow implements the RPC.
func (h *Handlers) WatchSharedWorkflow(r *sharingv1.WatchSharedWorkflowRequest, stream grpc.ServerStreamingServer[sharingv1.SharedWorkflowChange]) error {
	ctx, token := stream.Context(), r.GetToken()
	if _, err := h.open(ctx, token, caller.From(ctx)); err != nil {
		return err
	}
	changed, stop, ok := h.watched.add(token, func(ctx context.Context) string { return h.state(ctx, token) })
	if !ok {
		return errs.Unavailable("too many clients wait for changes of links; try again later")
	}
	defer stop()
	if err := stream.Send(&sharingv1.SharedWorkflowChange{}); err != nil {
		return err
	}
	select {
	case <-changed:
		h.views.forget(ctx, h.openedNow(ctx, token))
		return stream.Send(&sharingv1.SharedWorkflowChange{Changed: true})
	case <-ctx.Done():
	case <-h.ended:
	case <-time.After(watchFor):
	}
	return nil
}

// openedNow returns what is behind a link, nil if there is nothing.
func (h *Handlers) openedNow(ctx context.Context, token string) *shares.Resolved {
	opened, err := h.resolver.Gated(ctx, token)
	if err != nil {
		return nil
	}
	return opened
}

// EndWatches ends all streams. Clients reconnect to a server that still runs.
func (h *Handlers) EndWatches() { h.end() }

// state identifies what a link shows, except what is left of its limits. It is empty if the link
// cannot be read now, because that is not a change of the link.
func (h *Handlers) state(ctx context.Context, token string) string {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	opened, err := h.resolver.Gated(ctx, token) // nobody sees a state
	if err == nil {
		err = opened.Visible(h.now())
	}
	if err != nil {
		return stateOf(nil, nil, err)
	}
	now, err := h.views.describer.state(ctx, opened, onlooker)
	return stateOf(opened, now, err)
}

func stateOf(opened *shares.Resolved, now *sharingv1.SharedWorkflow, err error) string {
	switch {
	case err == nil:
		s := opened.Share
		said := sha256.Sum256([]byte(s.Presentation + s.Samples))
		// A pause and a suspension are one state, as they are to visitors.
		may := []bool{s.ForkDisabled, s.RunDisabled, s.ViewDisabled, s.Hidden(), opened.Moving() == nil}
		return fmt.Sprintf("%d %s %t %x %q", s.GateEpoch, opened.Version.Hash, may, said, now.GetTerms().GetBlocked())
	case errs.IsRetryable(err):
		return ""
	default:
		return errs.ReasonOf(err).String()
	}
}
