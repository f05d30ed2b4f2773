package vault

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/period"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/credentials"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
	"github.com/keyhole-dev/keyhole/services/vault/workspaces"
)

// PutCredentialGrant writes, on the authority of the owner whose assertion the
// call carries, that the runs of a share may use credentials. A suspension is only
// lifted if it says so: a change of limits must not hide what nobody has looked at.
func (s *Service) PutCredentialGrant(ctx context.Context, req *vaultinternalv1.PutCredentialGrantRequest) (*vaultinternalv1.PutCredentialGrantResponse, error) {
	ws := shareWorkspace(req.GetShare())
	owner, err := workspaces.Member(ctx, ws)
	if err != nil {
		return nil, err
	}
	g := credentialGrant{
		share: req.GetShare(), workspace: ws, versionHash: req.GetVersionHash(), calls: req.GetCalls(),
		period: int64(period.OrMonth(req.GetPeriod())), grantedBy: owner.Key, createTime: sqldb.Micros(s.now()),
	}
	if g.slots, err = s.grantable(ctx, ws, req.GetSlots()); err != nil {
		return nil, err
	}
	if err := s.confirmUnknown(ctx, &g, req.GetConfirmedDestinations()); err != nil {
		return nil, err
	}
	err = s.store.tx(ctx, func(tx *sql.Tx) error {
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
		e := s.audit.Event(ctx, ws, "credential_grant.put", g.share)
		e.Details["version_hash"], e.Details["calls"] = g.versionHash, strconv.FormatInt(g.calls, 10)
		if req.GetResume() {
			e.Details["resume"] = "true"
		}
		return audit.Write(ctx, tx, e)
	})
	if err != nil {
		return nil, err
	}
	s.bus.Announce(ctx, revocation.Changed, revocation.Grant(g.share))
	return &vaultinternalv1.PutCredentialGrantResponse{}, nil
}

// grantable checks every slot and says all that is wrong.
func (s *Service) grantable(ctx context.Context, ws string, slots []*vaultinternalv1.GrantedSlot) ([]grantedSlot, error) {
	var (
		granted []grantedSlot
		first   *errs.Error
	)
	for _, slot := range slots {
		g, problem, err := s.grantableSlot(ctx, ws, slot)
		switch {
		case err != nil:
			return nil, err
		case problem == nil:
			granted = append(granted, g)
		case first == nil:
			first = problem
			fallthrough
		default:
			first = first.Field("steps."+slot.GetStep()+"."+slot.GetField(), problem.Message())
		}
	}
	if first != nil {
		return nil, first
	}
	return granted, nil
}

func (s *Service) grantableSlot(ctx context.Context, ws string, slot *vaultinternalv1.GrantedSlot) (grantedSlot, *errs.Error, error) {
	g := grantedSlot{Step: slot.GetStep(), Field: slot.GetField(), Credential: slot.GetCredential()}
	if g.Step == "" || g.Field == "" || g.Credential == "" {
		return g, errs.InvalidArgument(errorsv1.Reason_REASON_INVALID_REQUEST, "step, field and credential of a slot are all needed"), nil
	}
	c, err := credentials.Row(ctx, s.store.db, ws, g.Credential)
	if errors.Is(err, sql.ErrNoRows) {
		return g, errs.FailedPrecondition(errorsv1.Reason_REASON_CREDENTIAL_UNKNOWN, "there is no credential %q", g.Credential), nil
	}
	if err != nil {
		return g, nil, err
	}
	d, err := s.credentials.Destination(slot.GetDestination())
	if err != nil || !slices.Contains(c.Hosts, d) {
		return g, errs.FailedPrecondition(errorsv1.Reason_REASON_DESTINATION_NOT_ALLOWED,
			"credential %q may not go to %s", c.ID, slot.GetDestination()), nil
	}
	if !c.Guardable {
		return g, errs.FailedPrecondition(errorsv1.Reason_REASON_CREDENTIAL_NOT_GUARDABLE,
			"credential %q is too short or too easy to guess to be hidden in answers; it cannot be opened to others", c.ID), nil
	}
	g.UID, g.Destination, g.exposed = c.UID, d, c.Exposed
	return g, nil, nil
}

// DeleteCredentialGrant withdraws a share's grant; calls that use it are ended.
// It needs no owner: taking a right away is always allowed to those who are let
// in here. Withdrawing what is not there, or what is named as covered, changes nothing.
func (s *Service) DeleteCredentialGrant(ctx context.Context, req *vaultinternalv1.DeleteCredentialGrantRequest) (*vaultinternalv1.DeleteCredentialGrantResponse, error) {
	ws := shareWorkspace(req.GetShare())
	if ws == "" {
		return nil, resource.BadName("share", shareForm)
	}
	covered := credentialGrant{
		versionHash: req.GetUnless().GetVersionHash(), calls: req.GetUnless().GetCalls(), period: int64(period.OrMonth(req.GetUnless().GetPeriod())),
	}
	var deleted, suspended bool
	err := s.store.tx(ctx, func(tx *sql.Tx) (err error) {
		deleted, suspended, err = deleteGrant(ctx, tx, credentialGrant{workspace: ws, share: req.GetShare()}, covered)
		if err != nil || !deleted {
			return err
		}
		return audit.Write(ctx, tx, s.audit.Event(ctx, ws, "credential_grant.delete", req.GetShare()))
	})
	if err != nil {
		return nil, err
	}
	if deleted {
		s.bus.Announce(ctx, revocation.Ended, revocation.Grant(req.GetShare()))
	}
	return &vaultinternalv1.DeleteCredentialGrantResponse{Suspended: suspended}, nil
}

const shareForm = "workspaces/{workspace}/workflows/{workflow}/shares/{share}"

// GetCredentialGrant says what a share's grant has left, and whether the guard has
// suspended it.
func (s *Service) GetCredentialGrant(ctx context.Context, req *vaultinternalv1.GetCredentialGrantRequest) (*vaultinternalv1.GetCredentialGrantResponse, error) {
	ws := shareWorkspace(req.GetShare())
	if ws == "" {
		return nil, resource.BadName("share", shareForm)
	}
	if req.GetNow() {
		return s.grantNow(ctx, ws, req.GetShare())
	}
	g, err := s.rights.grant(ctx, ws, req.GetShare())
	if err != nil {
		return nil, err
	}
	if g == nil {
		return &vaultinternalv1.GetCredentialGrantResponse{}, nil
	}
	used, err := s.calls.used(ctx, *s.quota(g))
	if err != nil {
		return nil, err
	}
	out, err := s.grantState(ctx, g)
	if err != nil {
		return nil, err
	}
	out.CallsLeft = max(0, g.calls-used)
	if out.Suspended {
		p, err := s.memory.SuspensionOf(ctx, ws, req.GetShare())
		if err != nil {
			return nil, err
		}
		if p != nil {
			out.Suspension = p.Message()
		}
	}
	return out, nil
}

// grantNow is the state of a grant as it is written, whatever is remembered of it.
func (s *Service) grantNow(ctx context.Context, ws, share string) (*vaultinternalv1.GetCredentialGrantResponse, error) {
	g, err := grantRow(ctx, s.store.db, ws, share)
	if err != nil || g == nil {
		return &vaultinternalv1.GetCredentialGrantResponse{}, err
	}
	return s.grantState(ctx, g)
}

// grantState is what a grant waits for: its owner's word, for the guard's sake or because
// a credential is another one than was granted, or a new value. A credential that does
// not exist is not listed: nothing can use it.
func (s *Service) grantState(ctx context.Context, g *credentialGrant) (*vaultinternalv1.GetCredentialGrantResponse, error) {
	out := &vaultinternalv1.GetCredentialGrantResponse{Exists: true, VersionHash: g.versionHash, Suspended: g.suspendTime.Valid}
	seen := map[string]bool{}
	for _, slot := range g.slots {
		if seen[slot.Credential] {
			continue
		}
		seen[slot.Credential] = true
		c, err := s.credentials.Current(ctx, credentials.Name(g.workspace, slot.Credential))
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
