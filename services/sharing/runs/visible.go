package runs

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/sharing/budget"
	"github.com/keyhole-dev/keyhole/services/sharing/ledger"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
)

// visibleScopes returns the scopes of a run whose remainder its caller may see, with their
// limits of now. A scope whose limit cannot be read is left out: the run is booked in any
// case.
func (s *booker) visibleScopes(ctx context.Context, row ledger.Run) []meter.Scope {
	key, err := s.peers.Key(ctx, row.ChargedKey)
	if err != nil {
		return nil
	}
	var limits budget.ShareLimits
	if row.Share != "" {
		opened, err := s.resolver.ByUID(ctx, row.Share)
		if err != nil {
			return nil
		}
		limits = opened.Share.Limits()
	}
	visitor := budget.VisitorOf(row.Caller, row.CallerWorkspace)
	ownKey := row.ChargedKey != rpc.GuestKey && row.CallerPays()
	return budget.Visible(budget.Scopes(row.ChargedKey, key.GetBudget(), limits, s.guest, visitor), ownKey)
}
