package sharing

import (
	"context"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/sharing/budget"
	"github.com/keyhole-dev/keyhole/services/sharing/ledger"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
)

// allowances reads what the scopes have left.
func (s *Service) allowances(ctx context.Context, scopes []meter.Scope) ([]*sharingv1.Allowance, error) {
	if len(scopes) == 0 {
		return nil, nil
	}
	left, err := s.meter.Left(ctx, scopes)
	if err != nil {
		return nil, err
	}
	return budget.Allowances(scopes, left), nil
}

// visibleScopes are the scopes of a finished run whose remainder its caller may see, as
// their limits are now. The run is to be booked: what cannot be read now is left out.
func (s *Service) visibleScopes(ctx context.Context, row ledger.Run) []meter.Scope {
	key, err := s.peers.Key(ctx, row.ChargedKey)
	if err != nil {
		return nil
	}
	var limits budget.ShareLimits
	if row.Share != "" {
		right, err := s.resolver.ByUID(ctx, row.Share)
		if err != nil {
			return nil
		}
		limits = right.Share.Limits()
	}
	ownKey := row.ChargedKey != rpc.GuestKey && row.CallerPays()
	return budget.Visible(budget.Scopes(row.ChargedKey, key.GetBudget(), limits, s.cfg.guestLimit(), budget.VisitorOf(row.Caller, row.CallerWorkspace)), ownKey)
}
