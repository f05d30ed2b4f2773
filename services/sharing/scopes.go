package sharing

import (
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/budget"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
)

// scopesOf lists what a run counts against; share is nil for a run without one.
func (s *Service) scopesOf(charged string, keyBudget *vaultv1.Budget, share *shares.Share, visitor string) []meter.Scope {
	var limits budget.ShareLimits
	if share != nil {
		limits = share.Limits()
	}
	return budget.Scopes(charged, keyBudget, limits, s.cfg.guestLimit(), visitor)
}
