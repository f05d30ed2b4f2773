package budget

import (
	"strings"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
)

// Visible returns the limited scopes that a caller may see: those of the link and of its
// own key, but not of another's key.
func Visible(scopes []meter.Scope, ownKey bool) []meter.Scope {
	var out []meter.Scope
	for _, s := range scopes {
		if s.Limited && (s.Kind != meter.Key || ownKey) {
			out = append(out, s)
		}
	}
	return out
}

// Scopes lists what a run counts against, in the fixed order key, share, visitor, guest.
// The key always counts: a budget that is set later finds the earlier runs counted.
func Scopes(charged string, keyBudget *vaultv1.Budget, share ShareLimits, guest meter.Count, visitor string) []meter.Scope {
	scopes := []meter.Scope{{
		Subject: meter.Subject{Kind: meter.Key, Key: charged},
		Limited: keyBudget != nil, Limit: keyLimit(keyBudget), Period: keyBudget.GetPeriod(),
	}}
	if share.Runs > 0 {
		scopes = append(scopes, meter.Scope{
			Subject: meter.Subject{Kind: meter.Share, Share: share.Share, Epoch: share.Epoch},
			Limited: true, Limit: share.Total(), Period: share.Period,
		})
	}
	if share.VisitorRuns > 0 {
		scopes = append(scopes, meter.Scope{
			Subject: meter.Subject{Kind: meter.Visitor, Share: share.Share, Caller: visitor, Epoch: share.Epoch},
			Limited: true, Limit: share.PerVisitor(), Period: share.Period,
		})
	}
	if charged == rpc.GuestKey && guest.Runs > 0 {
		scopes = append(scopes, meter.Scope{
			Subject: meter.Subject{Kind: meter.Guest, Key: charged, Caller: visitor},
			Limited: true, Limit: guest, Period: vaultv1.Period_PERIOD_DAY,
		})
	}
	return scopes
}

// VisitorOf returns the visitor that a run counts against. For a member it is the
// workspace, because a member can create any number of keys.
func VisitorOf(caller, workspace string) string {
	if workspace != "" {
		return resource.Workspace(workspace)
	}
	return caller
}

// WorkspaceOf returns the ID of the workspace that a visitor is, if it is one.
func WorkspaceOf(visitor string) (string, bool) {
	return strings.CutPrefix(visitor, resource.Workspace(""))
}
