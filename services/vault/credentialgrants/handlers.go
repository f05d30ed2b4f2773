package credentialgrants

import (
	"context"
	"database/sql"
	"strconv"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/period"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/credentials"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
	"github.com/keyhole-dev/keyhole/services/vault/workspaces"
)

// InternalHandlers implements the methods for credential grants on the internal endpoint.
type InternalHandlers struct{ grants *Grants }

// NewInternalHandlers returns the handlers of grants.
func NewInternalHandlers(all *Grants) *InternalHandlers { return &InternalHandlers{grants: all} }

// PutCredentialGrant stores that the runs of a share may use credentials, on the authority of the owner whose
// assertion the call carries. It lifts a suspension only on request: a change of limits must not hide a suspension
// that the owner has not seen.
func (h *InternalHandlers) PutCredentialGrant(ctx context.Context, req *vaultinternalv1.PutCredentialGrantRequest) (*vaultinternalv1.PutCredentialGrantResponse, error) {
	owner, by := caller.From(ctx), audit.CallerOf(ctx)
	ws := shareWorkspace(req.GetShare())
	if err := workspaces.CheckOwner(owner, ws); err != nil {
		return nil, err
	}
	var err error
	g := Grant{
		share: req.GetShare(), Workspace: ws, versionHash: req.GetVersionHash(), calls: req.GetCalls(),
		period: int64(period.OrMonth(req.GetPeriod())), grantedBy: owner.Key, createTime: sqldb.Micros(h.grants.now()),
		choice: req.GetChoice(),
	}
	if g.slots, err = h.grants.grantable(ctx, ws, req.GetSlots()); err != nil {
		return nil, err
	}
	if err := h.grants.confirmUnknown(ctx, &g, req.GetConfirmedDestinations()); err != nil {
		return nil, err
	}
	err = h.grants.db.Tx(ctx, func(tx *sql.Tx) error {
		earlier, err := grantRow(ctx, tx, ws, g.share)
		if err != nil {
			return err
		}
		if err := g.mayOpen(earlier, req.GetResume()); err != nil {
			return err
		}
		if !req.GetResume() {
			g.keepUIDs(earlier)
		}
		if err := putGrant(ctx, tx, g, req.GetResume()); err != nil {
			return err
		}
		e := h.grants.log.Event(by, ws, "credential_grant.put", g.share)
		e.Details["version_hash"], e.Details["calls"] = g.versionHash, strconv.FormatInt(g.calls, 10)
		if req.GetResume() {
			e.Details["resume"] = "true"
		}
		return audit.Write(ctx, tx, e)
	})
	if err != nil {
		return nil, err
	}
	h.grants.bus.Announce(ctx, revocation.Changed, revocation.Grant(g.share)) // after the commit: readers must find the new row
	return &vaultinternalv1.PutCredentialGrantResponse{}, nil
}

// DeleteCredentialGrant withdraws the grant of a share and ends calls that use it. It needs no owner, because every
// peer that may call it may take a right away. It changes nothing if there is no grant, or if the grant is the one
// that the request excepts.
func (h *InternalHandlers) DeleteCredentialGrant(ctx context.Context, req *vaultinternalv1.DeleteCredentialGrantRequest) (*vaultinternalv1.DeleteCredentialGrantResponse, error) {
	ws := shareWorkspace(req.GetShare())
	if ws == "" {
		return nil, resource.BadName("share", shareForm)
	}
	covered := Grant{
		versionHash: req.GetUnless().GetVersionHash(), calls: req.GetUnless().GetCalls(), period: int64(period.OrMonth(req.GetUnless().GetPeriod())),
		choice: req.GetUnless().GetChoice(),
	}
	by := audit.CallerOf(ctx)
	var deleted, suspended bool
	err := h.grants.db.Tx(ctx, func(tx *sql.Tx) (err error) {
		deleted, suspended, err = deleteGrant(ctx, tx, Grant{Workspace: ws, share: req.GetShare()}, covered)
		if err != nil || !deleted {
			return err
		}
		return audit.Write(ctx, tx, h.grants.log.Event(by, ws, "credential_grant.delete", req.GetShare()))
	})
	if err != nil {
		return nil, err
	}
	if deleted {
		h.grants.bus.Announce(ctx, revocation.Ended, revocation.Grant(req.GetShare()))
	}
	return &vaultinternalv1.DeleteCredentialGrantResponse{Suspended: suspended}, nil
}

const shareForm = "workspaces/{workspace}/workflows/{workflow}/shares/{share}"

// GetCredentialGrant returns how many calls the grant of a share has left, and whether the guard has suspended it.
func (h *InternalHandlers) GetCredentialGrant(ctx context.Context, req *vaultinternalv1.GetCredentialGrantRequest) (*vaultinternalv1.GetCredentialGrantResponse, error) {
	ws := shareWorkspace(req.GetShare())
	if ws == "" {
		return nil, resource.BadName("share", shareForm)
	}
	if req.GetNow() {
		return h.grants.grantNow(ctx, ws, req.GetShare())
	}
	g, err := h.grants.Current(ctx, ws, req.GetShare())
	if err != nil {
		return nil, err
	}
	if g == nil {
		return &vaultinternalv1.GetCredentialGrantResponse{}, nil
	}
	used, err := h.grants.counters.used(ctx, *h.grants.Quota(g))
	if err != nil {
		return nil, err
	}
	out, err := h.grants.grantState(ctx, g)
	if err != nil {
		return nil, err
	}
	out.CallsLeft = max(0, g.calls-used)
	if out.Suspended {
		p, err := h.grants.memory.SuspensionOf(ctx, ws, req.GetShare())
		if err != nil {
			return nil, err
		}
		if p != nil {
			out.Suspension = p.Message()
		}
	}
	return out, nil
}

// grantNow is the state of a grant as it is stored. It does not use the cache.
func (s *Grants) grantNow(ctx context.Context, ws, share string) (*vaultinternalv1.GetCredentialGrantResponse, error) {
	g, err := grantRow(ctx, s.db, ws, share)
	if err != nil || g == nil {
		return &vaultinternalv1.GetCredentialGrantResponse{}, err
	}
	return s.grantState(ctx, g)
}

// grantState returns what a grant waits for: the owner's confirmation after a suspension or a change of a credential,
// or a new value. It does not list a credential that does not exist, because no run can use one.
func (s *Grants) grantState(ctx context.Context, g *Grant) (*vaultinternalv1.GetCredentialGrantResponse, error) {
	out := &vaultinternalv1.GetCredentialGrantResponse{Exists: true, VersionHash: g.versionHash, Suspended: g.SuspendTime.Valid}
	seen := map[string]bool{}
	for _, slot := range g.slots {
		if seen[slot.Credential] {
			continue
		}
		seen[slot.Credential] = true
		c, err := s.credentials.Current(ctx, credentials.Name(g.Workspace, slot.Credential))
		if err != nil {
			return nil, err
		}
		if c != nil && c.UID != slot.UID {
			out.Unconfirmed = append(out.Unconfirmed, slot.Credential)
		}
		if c != nil && c.Exposed {
			out.Exposed = append(out.Exposed, slot.Credential)
		}
	}
	return out, nil
}
