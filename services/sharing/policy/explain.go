package policy

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"

	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
)

// Explain applies the rules to a run that a principal could start through a link now. It
// returns the decision as far as it goes, and the refusal of each rule that would refuse
// the run. Its error is one of the rules that could not be applied.
//
// A view shows what Explain says, so that it cannot differ from what Decide does.
func (p *Decider) Explain(ctx context.Context, opened *shares.Resolved, who caller.Principal) (*Decision, []*errs.Error, error) {
	d := &Decision{Principal: who, Caller: CallerOf(who)}
	d.useLink(opened)
	d.choosePayer()
	var refusals []*errs.Error
	for _, rule := range []func() error{
		func() error { return opened.Runnable(p.now()) },
		func() error { return checkDefinition(d.Analysis) },
		func() error { return p.bindModels(ctx, d, nil) },
		func() error { return p.bindSlots(ctx, d, nil) },
		func() error { return p.chooseBudgets(ctx, d, nil) },
	} {
		err := rule()
		if err == nil {
			continue
		}
		refusal, ok := errors.AsType[*errs.Error](err)
		if !ok || refusal.Code() == codes.Unavailable || refusal.Code() == codes.Internal {
			return nil, nil, err
		}
		refusals = append(refusals, refusal)
	}
	return d, refusals, nil
}
