package visitor

import (
	"context"
	"sync"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/gate"
	"github.com/keyhole-dev/keyhole/services/sharing/link"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
	"github.com/keyhole-dev/keyhole/services/sharing/peers"
	"github.com/keyhole-dev/keyhole/services/sharing/policy"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
	"github.com/keyhole-dev/keyhole/services/sharing/workflows"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// Deps are what NewHandlers needs. All are required.
type Deps struct {
	Policy      *policy.Decider
	Resolver    *shares.Resolver
	Workflows   *workflows.Workflows
	Definitions *definition.Cache
	Catalogue   *manifest.Catalogue
	Peers       *peers.Peers
	Meter       *meter.Meter
	Links       link.Key
	Gates       *gate.Keeper
	Now         func() time.Time
}

// Handlers implements the RPCs of visitors.
type Handlers struct {
	resolver *shares.Resolver
	gates    *gate.Keeper
	views    *views
	forks    *forks
	now      func() time.Time

	watched *watched
	ended   chan struct{} // closed when the server stops; see EndWatches
	end     func()        // may be called more than once
}

// NewHandlers wires handlers. It reads and writes nothing.
func NewHandlers(d Deps) *Handlers {
	ended := make(chan struct{})
	return &Handlers{
		resolver: d.Resolver, gates: d.Gates, now: d.Now,
		watched: newWatched(watchEvery, maxWatched), ended: ended, end: sync.OnceFunc(func() { close(ended) }),
		views: &views{describer: &describer{policy: d.Policy, meter: d.Meter}, resolver: d.Resolver, links: d.Links},
		forks: &forks{workflows: d.Workflows, definitions: d.Definitions, catalogue: d.Catalogue, peers: d.Peers},
	}
}

// GetSharedWorkflow implements the RPC. For 400 ms the same caller gets the same bytes,
// without a query.
func (h *Handlers) GetSharedWorkflow(ctx context.Context, r *sharingv1.GetSharedWorkflowRequest) (*sharingv1.SharedWorkflow, error) {
	who := caller.From(ctx)
	opened, err := h.open(ctx, r.GetToken(), who)
	if err != nil {
		return nil, err
	}
	return h.views.get(ctx, opened, who)
}

// ForkSharedWorkflow implements the RPC.
func (h *Handlers) ForkSharedWorkflow(ctx context.Context, r *sharingv1.ForkSharedWorkflowRequest) (*sharingv1.ForkSharedWorkflowResponse, error) {
	who := caller.From(ctx)
	opened, err := h.open(ctx, r.GetToken(), who)
	if err != nil {
		return nil, err
	}
	return h.forks.fork(ctx, who, opened, r)
}

// UnlockSharedWorkflow implements the RPC.
func (h *Handlers) UnlockSharedWorkflow(ctx context.Context, r *sharingv1.UnlockSharedWorkflowRequest) (*sharingv1.UnlockSharedWorkflowResponse, error) {
	opened, err := h.resolver.Gated(ctx, r.GetToken())
	if err != nil {
		return nil, err
	}
	if err := opened.Visible(h.now()); err != nil {
		return nil, err
	}
	// A stopped link is refused before the password is looked at: a pass would not count.
	if err := opened.Moving(); err != nil {
		return nil, err
	}
	pass, err := h.gates.Unlock(ctx, opened.GateLink(), caller.From(ctx), r.GetPassword())
	if err != nil {
		return nil, err
	}
	return &sharingv1.UnlockSharedWorkflowResponse{Pass: pass.Text, ExpireTime: timestamppb.New(pass.Until), Asks: pass.Asks}, nil
}

// open returns what a link opens for a caller, if it shows anything now.
func (h *Handlers) open(ctx context.Context, token string, who caller.Principal) (*shares.Resolved, error) {
	opened, err := h.resolver.ByToken(ctx, token, who)
	if err != nil {
		return nil, err
	}
	return opened, opened.Visible(h.now())
}
