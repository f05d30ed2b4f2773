package people

import (
	"context"
	"database/sql"

	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/kit/throttle"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/invitations"
	"github.com/keyhole-dev/keyhole/services/vault/keys"
	"github.com/keyhole-dev/keyhole/services/vault/tokens"
)

// CreateInvitation makes a link that lets one person join.
func (h *Handlers) CreateInvitation(ctx context.Context, req *vaultv1.CreateInvitationRequest) (*vaultv1.Invitation, error) {
	s, in := h.people, req.GetInvitation()
	if in.GetRole() == vaultv1.PersonRole_PERSON_ROLE_UNSPECIFIED {
		return nil, resource.Invalid("invitation.role", "must be owner, editor or viewer")
	}
	if err := leak.Text("invitation.email", in.GetEmail()); err != nil {
		return nil, err
	}
	code, _ := tokens.Invitation.New()
	now := s.now()
	i := invitations.Invitation{
		Workspace: resource.WorkspaceID(req.GetParent()), ID: id.New("inv"), Role: keys.Role(in.GetRole()), Email: in.GetEmail(),
		CreateTime: sqldb.Micros(now), ExpireTime: sqldb.Micros(now.Add(invitations.Life)),
	}
	e := s.log.Event(audit.CallerOf(ctx), i.Workspace, "invitation.create", i.Name())
	e.Details["role"] = roleName(i.Role)
	_, err := s.log.Change(ctx, e, func(tx *sql.Tx) (bool, error) {
		maker, err := keys.Maker(ctx, tx, caller.From(ctx))
		if err != nil {
			return false, err
		}
		_, i.Key, _ = resource.Split(maker.Name(), "keys")
		// Who ends the session or the key at the same moment finds the invitation, or it is refused.
		origin, err := keys.Hold(ctx, tx, caller.From(ctx))
		if err != nil {
			return false, err
		}
		if err := room(ctx, tx, i.Workspace); err != nil {
			return false, err
		}
		return true, invitations.Insert(ctx, tx, i, origin, tokens.Hash(code))
	})
	if err != nil {
		return nil, err
	}
	m := i.Message()
	m.Path = "/app/join#code=" + string(code.Expose()) // a browser does not send the fragment, so no server logs it
	return m, nil
}

// ListInvitations lists the invitations that work, oldest first.
func (h *Handlers) ListInvitations(ctx context.Context, req *vaultv1.ListInvitationsRequest) (*vaultv1.ListInvitationsResponse, error) {
	ws := resource.WorkspaceID(req.GetParent())
	rows, next, err := page.List(h.pages, req, page.Listing[invitations.Invitation, page.Place]{
		Binding: []string{"invitations", ws},
		Read: func(after page.Place, limit int) ([]invitations.Invitation, error) {
			return invitations.List(ctx, h.people.db, ws, after, limit, h.people.now())
		},
		CursorOf: func(i invitations.Invitation) page.Place { return page.Place{Time: i.CreateTime, ID: i.ID} },
	})
	if err != nil {
		return nil, err
	}
	res := &vaultv1.ListInvitationsResponse{NextPageToken: next}
	for _, i := range rows {
		res.Invitations = append(res.Invitations, i.Message())
	}
	return res, nil
}

// DeleteInvitation revokes an invitation.
func (h *Handlers) DeleteInvitation(ctx context.Context, req *vaultv1.DeleteInvitationRequest) (*emptypb.Empty, error) {
	ws, iid, _ := resource.Split(req.GetName(), "invitations")
	e := h.people.log.Event(audit.CallerOf(ctx), ws, "invitation.revoke", req.GetName())
	there, err := h.people.log.Change(ctx, e, func(tx *sql.Tx) (bool, error) { return invitations.Delete(ctx, tx, ws, iid) })
	if err != nil {
		return nil, err
	}
	if !there {
		return nil, resource.NotFound("invitation")
	}
	return &emptypb.Empty{}, nil
}

// LookUpInvitation returns the workspace and the role of an invitation, so that people know what they join.
func (h *Handlers) LookUpInvitation(ctx context.Context, req *vaultv1.LookUpInvitationRequest) (*vaultv1.LookUpInvitationResponse, error) {
	i, err := try(ctx, h, caller.From(ctx), req.GetCode(), func(ctx context.Context, code secret.Secret) (invitations.Invitation, error) {
		return invitations.ByCode(ctx, h.people.db, code, h.people.now())
	})
	if err != nil {
		return nil, err
	}
	ws, err := h.people.workspaces.Get(ctx, i.Workspace)
	if err != nil {
		return nil, err
	}
	return &vaultv1.LookUpInvitationResponse{
		Workspace: resource.Workspace(ws.ID), WorkspaceTitle: ws.Title, Role: vaultv1.PersonRole(i.Role), Email: i.Email,
		ExpireTime: timestamppb.New(sqldb.FromMicros(i.ExpireTime)),
	}, nil
}

// try lets a client try a code. It has as many wrong codes as it has wrong keys.
func try[T any](ctx context.Context, h *Handlers, from caller.Principal, code string, lookup func(context.Context, secret.Secret) (T, error)) (T, error) {
	return throttle.Try(ctx, h.codes, from.Visitor, secret.FromString(code), lookup)
}
