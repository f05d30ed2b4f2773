package policy

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/sharing/budget"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
)

// Decide finds what a request would run and on whose behalf, or says why it may not. If
// the decision asks for values, the caller sends the request again with them.
func (p *Decider) Decide(ctx context.Context, who caller.Principal, r request) (*Decision, error) {
	d := &Decision{Principal: who, Caller: CallerOf(who)}
	if d.Caller == "" {
		return nil, errs.Unauthenticated("a run needs a key; send it as Authorization: Bearer <key>")
	}
	if who.Kind == caller.Viewer {
		return nil, errs.PermissionDenied("your role in this workspace (viewer) does not allow runs; sign out to run a link as a guest")
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
	checks, err := p.peers.Models(ctx, d.Owner, d.payingWorkspace(), named, d.pins())
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
