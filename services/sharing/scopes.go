package sharing

import (
	"encoding/json"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/budget"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
)

// scopesOf lists what a run counts against; share is nil for a run without one.
func (s *Service) scopesOf(charged string, keyBudget *vaultv1.Budget, share *shareRow, visitor string) []meter.Scope {
	var limits budget.ShareLimits
	if share != nil {
		limits = share.shareLimits()
	}
	return budget.Scopes(charged, keyBudget, limits, s.cfg.guestLimit(), visitor)
}

// scopesText is what a run's row keeps of them, to release it by.
func scopesText(scopes []meter.Scope) string {
	subjects := make([]meter.Subject, len(scopes))
	for i, s := range scopes {
		subjects[i] = s.Subject
	}
	return marshal(subjects)
}

func (r *runRow) scopes() []meter.Scope {
	if r.counted != nil {
		return r.counted
	}
	var subjects []meter.Subject
	if err := json.Unmarshal([]byte(r.Scopes), &subjects); err != nil {
		return nil
	}
	scopes := make([]meter.Scope, len(subjects))
	for i, s := range subjects {
		scopes[i] = meter.Scope{Subject: s}
	}
	return scopes
}
