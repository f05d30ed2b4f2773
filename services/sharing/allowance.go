package sharing

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
)

// visible are the limited scopes that a caller is told of: what a link and its own
// key have left, but not what another's key has.
func visible(scopes []meter.Scope, ownKey bool) []meter.Scope {
	var out []meter.Scope
	for _, s := range scopes {
		if s.Limited && (s.Kind != meter.Key || ownKey) {
			out = append(out, s)
		}
	}
	return out
}

// allowances reads what the scopes have left.
func (s *Service) allowances(ctx context.Context, scopes []meter.Scope) ([]*sharingv1.Allowance, error) {
	if len(scopes) == 0 {
		return nil, nil
	}
	left, err := s.meter.Left(ctx, scopes)
	if err != nil {
		return nil, err
	}
	var out []*sharingv1.Allowance
	for i, scope := range scopes {
		a := &sharingv1.Allowance{Scope: scopeWord(scope.Kind), RunsLeft: left[i].Runs}
		if !left[i].Reset.IsZero() {
			a.ResetTime = timestamppb.New(left[i].Reset)
		}
		out = append(out, a)
	}
	return out, nil
}

// allowancesAfter is what is left when a run has ended. The run is booked: what
// cannot be read now is left out.
func (s *Service) allowancesAfter(ctx context.Context, row runRow) []*sharingv1.Allowance {
	key, err := s.rights.keys.get(ctx, row.ChargedKey)
	if err != nil {
		return nil
	}
	var share *shareRow
	if row.Share != "" {
		right, err := s.rights.byShare.get(ctx, row.Share)
		if err != nil {
			return nil
		}
		share = &right.share
	}
	ownKey := row.ChargedKey != guestKey && row.payerAsks()
	out, err := s.allowances(ctx, visible(s.scopesOf(row.ChargedKey, key.GetBudget(), share, countedAs(row.Caller, row.CallerWorkspace)), ownKey))
	if err != nil {
		s.log.WarnContext(ctx, "what is left cannot be read", "run", row.ID, "error", err)
		return nil
	}
	return out
}
