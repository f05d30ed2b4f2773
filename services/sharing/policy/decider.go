package policy

import (
	"context"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/sharing/budget"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/link"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
	"github.com/keyhole-dev/keyhole/services/sharing/peers"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
	"github.com/keyhole-dev/keyhole/services/sharing/workflows"
)

// request is what the runner says of a run. It has the names of the inputs, and no values
// but those that decide models.
type request = *sharinginternalv1.AuthorizeRunRequest

// Deps are what New needs. All are required.
type Deps struct {
	Workflows   workflows.Store
	Resolver    *shares.Resolver
	Definitions *definition.Cache
	Peers       *peers.Peers
	Links       link.Key
	// Guest is what one visitor without a key may use in a day.
	Guest meter.Count
	// PreviewCalls is how many calls each step of a run may make with hidden credentials.
	PreviewCalls int32
	Now          func() time.Time
}

// Decider applies the table. It is safe for concurrent use.
type Decider struct {
	workflows    workflows.Store
	resolver     *shares.Resolver
	definitions  *definition.Cache
	peers        *peers.Peers
	links        link.Key
	guest        meter.Count
	previewCalls int32
	now          func() time.Time
}

// New wires a decider. It reads nothing.
func New(d Deps) *Decider {
	return &Decider{
		workflows: d.Workflows, resolver: d.Resolver, definitions: d.Definitions, peers: d.Peers, links: d.Links,
		guest: d.Guest, previewCalls: d.PreviewCalls, now: d.Now,
	}
}

// Decide finds what a request would run and on whose behalf, or says why it may not. If
// the decision asks for values, the caller sends the request again with them.
func (p *Decider) Decide(ctx context.Context, who caller.Principal, r request) (*Decision, error) {
	d := &Decision{Principal: who, Caller: CallerOf(who)}
	if d.Caller == "" {
		return nil, errs.Unauthenticated(errorsv1.Reason_REASON_UNAUTHENTICATED, "a run needs a caller; present a key")
	}
	if err := p.findTarget(ctx, d, r); err != nil {
		return nil, err
	}
	if err := checkDefinition(d.Analysis); err != nil {
		return nil, err
	}
	if err := d.checkOrdinary(r); err != nil {
		return nil, err
	}
	var err error
	if d.Asks, err = asksFor(d.Analysis, r); err != nil || len(d.Asks) > 0 {
		return d, err
	}
	d.choosePayer()
	if err := p.bindModels(ctx, d, r); err != nil {
		return nil, err
	}
	if err := p.bindSlots(ctx, d, r); err != nil {
		return nil, err
	}
	if err := d.checkInputs(r); err != nil {
		return nil, err
	}
	if err := p.chooseBudgets(ctx, d, r); err != nil {
		return nil, err
	}
	d.Attempts = d.attempts(p.previewCalls)
	return d, nil
}

// checkDefinition refuses a definition that has problems or steps that cannot run.
func checkDefinition(a *definition.Analysis) error {
	if len(a.Problems) > 0 {
		return definition.Invalid(a.Problems)
	}
	return definition.Runnable(a)
}

// bindModels binds the models of the run, or names those that it may not use.
func (p *Decider) bindModels(ctx context.Context, d *Decision, r request) error {
	named, brought := d.modelIDs(r.GetModelInputs())
	checks, err := p.peers.Models(ctx, d.Owner, d.payingWorkspace(), named)
	if err != nil {
		return err
	}
	if err := d.useModels(checks, namedRefusal); err != nil {
		return err
	}
	if checks, err = p.peers.PublicModels(ctx, d.Owner, brought); err != nil {
		return err
	}
	return d.useModels(checks, func(missing, private []string) error {
		return broughtRefusal(d.Analysis, r.GetModelInputs(), append(missing, private...))
	})
}

// bindSlots says which credential goes into each slot, and where it may be sent.
func (p *Decider) bindSlots(ctx context.Context, d *Decision, r request) error {
	if err := d.checkSlots(); err != nil {
		return err
	}
	if d.visitorBrings() {
		d.bindVisitorSlots(broughtInputs(r))
		return nil
	}
	known, err := p.peers.Credentials(ctx, d.Owner, d.Analysis.CredentialIDs())
	if err != nil {
		return err
	}
	return d.bindOwnerSlots(known, broughtInputs(r))
}

// chooseBudgets says which limits the run counts against.
func (p *Decider) chooseBudgets(ctx context.Context, d *Decision, r request) error {
	d.Pictures = d.Analysis.Pictures(r.GetInputs(), r.GetElements())
	key, err := p.peers.Key(ctx, d.Charged)
	if err != nil {
		return err
	}
	if !key.GetActive() {
		return d.deadKey()
	}
	var limits budget.ShareLimits
	if d.Link != nil {
		limits = d.Link.Share.Limits()
	}
	d.Scopes = budget.Scopes(d.Charged, key.GetBudget(), limits, p.guest, budget.VisitorOf(d.Caller, d.CallerWorkspace()))
	return nil
}
