package runs

import (
	"context"

	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
)

// Handlers implements the RPCs of the runner.
type Handlers struct{ runs *Runs }

// NewHandlers returns the handlers of runs.
func NewHandlers(runs *Runs) *Handlers { return &Handlers{runs: runs} }

// AuthorizeRun implements the RPC.
func (h *Handlers) AuthorizeRun(ctx context.Context, r *sharinginternalv1.AuthorizeRunRequest) (*sharinginternalv1.AuthorizeRunResponse, error) {
	return h.runs.admitter.authorize(ctx, caller.From(ctx), r)
}

// RenewRuns implements the RPC.
func (h *Handlers) RenewRuns(ctx context.Context, r *sharinginternalv1.RenewRunsRequest) (*sharinginternalv1.RenewRunsResponse, error) {
	return h.runs.renewer.renew(ctx, r)
}

// FinishRuns implements the RPC.
func (h *Handlers) FinishRuns(ctx context.Context, r *sharinginternalv1.FinishRunsRequest) (*sharinginternalv1.FinishRunsResponse, error) {
	return &sharinginternalv1.FinishRunsResponse{Runs: h.runs.booker.finishAll(ctx, r.GetRuns())}, nil
}
