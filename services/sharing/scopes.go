package sharing

import (
	"encoding/json"
	"strings"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
	"github.com/keyhole-dev/keyhole/services/sharing/resource"
)

// scopesOf lists what a run is counted on, in the fixed order key, share, visitor. The
// key always counts, so that a budget that is set later finds it counted.
func (s *Service) scopesOf(charged string, budget *vaultv1.Budget, share *shareRow, visitor string) []meter.Scope {
	scopes := []meter.Scope{{
		Subject: meter.Subject{Kind: meter.Key, Key: charged},
		Limited: budget != nil, Limit: budgetOf(budget), Period: budget.GetPeriod(),
	}}
	if share != nil && share.Runs > 0 {
		scopes = append(scopes, meter.Scope{
			Subject: meter.Subject{Kind: meter.Share, Share: share.UID, Epoch: share.LimitEpoch},
			Limited: true, Limit: share.limit(), Period: vaultv1.Period(share.Period),
		})
	}
	if share != nil && share.VisitorRuns > 0 {
		scopes = append(scopes, meter.Scope{
			Subject: meter.Subject{Kind: meter.Visitor, Share: share.UID, Caller: visitor, Epoch: share.LimitEpoch},
			Limited: true, Limit: share.visitorLimit(), Period: vaultv1.Period(share.Period),
		})
	}
	if charged == resource.GuestKey && s.cfg.GuestRuns > 0 {
		scopes = append(scopes, meter.Scope{
			Subject: meter.Subject{Kind: meter.Guest, Key: charged, Caller: visitor},
			Limited: true, Limit: s.cfg.guestLimit(), Period: vaultv1.Period_PERIOD_DAY,
		})
	}
	return scopes
}

// countedAs is the visitor that a run counts on: the caller's workspace, for a member
// can make keys as it likes, or the guest.
func countedAs(caller, workspace string) string {
	if workspace != "" {
		return resource.Workspace(workspace)
	}
	return caller
}

// countedWorkspace is the id of a workspace that is counted as a visitor.
func countedWorkspace(visitor string) (string, bool) {
	return strings.CutPrefix(visitor, resource.Workspace(""))
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
