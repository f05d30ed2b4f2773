package sharing

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
	"github.com/keyhole-dev/keyhole/services/sharing/resource"
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
	return allowancesOf(scopes, left), nil
}

func allowancesOf(scopes []meter.Scope, left []meter.Left) []*sharingv1.Allowance {
	var out []*sharingv1.Allowance
	for i, l := range left {
		a := &sharingv1.Allowance{Scope: scopeWord(scopes[i].Kind), RunsLeft: l.Runs, PicturesLeft: l.Pictures}
		if !l.Reset.IsZero() {
			a.ResetTime = timestamppb.New(l.Reset)
		}
		out = append(out, a)
	}
	return out
}

// told are the scopes of a run that ends of which its caller is told what is left, as
// their limits are now. The run is to be booked: what cannot be read now is left out.
func (s *Service) told(ctx context.Context, row runRow) []meter.Scope {
	key, err := s.resolveKey(ctx, row.ChargedKey)
	if err != nil {
		return nil
	}
	var share *shareRow
	if row.Share != "" {
		right, err := s.rightOf(ctx, row.Share)
		if err != nil {
			return nil
		}
		share = &right.share
	}
	ownKey := row.ChargedKey != resource.GuestKey && row.payerAsks()
	return visible(s.scopesOf(row.ChargedKey, key.GetBudget(), share, countedAs(row.Caller, row.CallerWorkspace)), ownKey)
}
