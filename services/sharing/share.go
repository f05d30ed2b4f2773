package sharing

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/emptypb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
	"github.com/keyhole-dev/keyhole/services/sharing/workflows"
)

// CreateShare implements the RPC.
func (s public) CreateShare(ctx context.Context, r *sharingv1.CreateShareRequest) (*sharingv1.Share, error) {
	w, err := s.workflows.FindLive(ctx, r.GetParent())
	if err != nil {
		return nil, err
	}
	now := s.now().UnixMicro()
	row := shares.Share{
		UID: id.New("shr"), Workspace: w.Workspace, Workflow: w.UID, ID: r.GetShareId(), LinkEpoch: 1,
		State: sharingv1.ShareState_SHARE_STATE_ACTIVE, Version: w.Live, Created: now, Updated: now, FrameOrigins: "[]", RunOrigins: "[]", Samples: "[]",
	}
	if row.ID == "" {
		row.ID = row.UID
	}
	in := r.GetShare()
	if in == nil {
		in = &sharingv1.Share{}
	}
	if err := leak.Text("share_id", r.GetShareId()); err != nil {
		return nil, err
	}
	edit := &shareEdit{Service: s.Service, workflow: w, row: row, created: true}
	if err := edit.apply(in, everySetting); err != nil {
		return nil, err
	}
	if err := edit.settle(ctx, true); err != nil {
		return nil, err
	}
	if err := edit.promiseNow(ctx); err != nil {
		return nil, err
	}
	edit.row.Link, _ = s.links.Hash(s.links.Token(row.UID, row.LinkEpoch))
	if err := edit.insert(ctx); err != nil {
		return nil, err
	}
	return s.shareMessage(ctx, w, edit.row)
}

// insert writes a new share. Where it needs a grant, first without one: nobody has its
// link yet, and the row is what a grant that is left over is found by.
func (e *shareEdit) insert(ctx context.Context) error {
	row := e.row
	if e.grant != nil {
		row.GrantedHash, row.PendingSince = "", e.row.Created
	}
	inserted, err := e.shares.Insert(ctx, row)
	if err != nil || !inserted {
		return cmp.Or(err, resource.Taken("share", row.ID))
	}
	if e.grant == nil {
		return nil
	}
	e.before = row
	if err := e.putGrant(ctx); err != nil {
		return errors.Join(err, e.shares.Discard(context.WithoutCancel(ctx), row, e.now().UnixMicro()))
	}
	return nil
}

// findShare reads a share by its resource name.
func (s *Service) findShare(ctx context.Context, name string) (workflows.Workflow, shares.Share, error) {
	w, err := s.workflows.Find(ctx, name)
	if errs.CodeOf(err) == codes.NotFound {
		return w, shares.Share{}, resource.NotFound("share")
	}
	if err != nil {
		return w, shares.Share{}, err
	}
	row, found, err := s.shares.Find(ctx, w.Workspace, w.UID, resource.Segment(name, 2))
	if err != nil {
		return w, row, fmt.Errorf("read share: %w", err)
	}
	if !found {
		return w, row, resource.NotFound("share")
	}
	return w, row, nil
}

// GetShare implements the RPC.
func (s public) GetShare(ctx context.Context, r *sharingv1.GetShareRequest) (*sharingv1.Share, error) {
	w, row, err := s.findShare(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	return s.shareMessage(ctx, w, row)
}

// ListShares implements the RPC.
func (s public) ListShares(ctx context.Context, r *sharingv1.ListSharesRequest) (*sharingv1.ListSharesResponse, error) {
	w, err := s.workflows.Find(ctx, r.GetParent())
	if err != nil {
		return nil, err
	}
	binding := []string{"shares", w.UID, fmt.Sprint(r.GetShowRevoked())}
	rows, next, err := page.List(s.pages, r, page.Listing[shares.Share, shares.Cursor]{
		Binding: binding,
		Read: func(after shares.Cursor, limit int) ([]shares.Share, error) {
			return s.shares.List(ctx, w.Workspace, w.UID, after, r.GetShowRevoked(), limit)
		},
		CursorOf: func(row shares.Share) shares.Cursor { return shares.Cursor{Created: row.Created, UID: row.UID} },
	})
	if err != nil {
		return nil, fmt.Errorf("list shares: %w", err)
	}
	out := &sharingv1.ListSharesResponse{NextPageToken: next}
	for _, row := range rows {
		m, err := s.shareMessage(ctx, w, row)
		if err != nil {
			return nil, err
		}
		out.Shares = append(out.Shares, m)
	}
	return out, nil
}

// UpdateShare implements the RPC.
func (s public) UpdateShare(ctx context.Context, r *sharingv1.UpdateShareRequest) (*sharingv1.Share, error) {
	paths := r.GetUpdateMask().GetPaths()
	if len(paths) == 1 && paths[0] == "*" {
		paths = everySetting
	}
	if len(paths) == 0 {
		paths = populated(r.GetShare())
	}
	return s.changeShare(ctx, r.GetShare().GetName(), func(e *shareEdit) error {
		if err := e.apply(r.GetShare(), paths); err != nil {
			return err
		}
		// Naming the setting again is how an owner confirms a new live version.
		return e.settle(ctx, mentions(paths, "credential_access") || mentions(paths, "confirmed_destinations"))
	})
}

// changeShare reads a share, changes it and writes it, unless it is revoked or was
// changed meanwhile.
func (s *Service) changeShare(ctx context.Context, name string, change func(*shareEdit) error) (*sharingv1.Share, error) {
	w, row, err := s.findShare(ctx, name)
	if err != nil {
		return nil, err
	}
	if row.State == sharingv1.ShareState_SHARE_STATE_REVOKED {
		return nil, errs.FailedPrecondition(errorsv1.Reason_REASON_NOT_FOUND, "the share is revoked, for ever; make a new one")
	}
	if w.Deleted != 0 {
		return nil, workflows.InTrash()
	}
	edit := &shareEdit{Service: s, workflow: w, row: row, before: row}
	if err := change(edit); err != nil {
		return nil, err
	}
	if err := edit.commit(ctx); err != nil {
		return nil, err
	}
	w, row, err = s.findShare(ctx, name) // the guard's word may have come in between
	if err != nil {
		return nil, err
	}
	return s.shareMessage(ctx, w, row)
}

// commit writes what was changed, and sees to the grant that goes with it.
func (e *shareEdit) commit(ctx context.Context) error {
	if e.grant != nil {
		if e.before.BeingGranted(e.now()) {
			return resource.Conflict("share")
		}
		claimed, err := e.shares.MarkPending(ctx, &e.before, e.now().UnixMicro())
		if err != nil || !claimed {
			return cmp.Or(err, resource.Conflict("share"))
		}
		return e.putGrant(ctx)
	}
	lost := e.before.GrantedHash != "" && e.row.GrantedHash != e.before.GrantedHash
	if lost {
		e.row.PendingSince = e.now().UnixMicro()
	}
	if err := e.write(ctx); err != nil {
		return err
	}
	if lost {
		e.withdrawNow(ctx, e.workflow, e.row, e.before.PendingSince != 0)
	}
	return nil
}

// write writes the row over the one that was read.
func (e *shareEdit) write(ctx context.Context) error {
	e.row.Updated = max(e.now().UnixMicro(), e.before.Updated+1)
	updated, err := e.shares.Update(ctx, e.row, e.before.Updated)
	if err != nil {
		return fmt.Errorf("update share: %w", err)
	}
	if !updated {
		return resource.Conflict("share")
	}
	e.rights.forget()
	return nil
}

// DeleteShare implements the RPC. The link is dead before the vault is told, so that
// a vault that is away cannot keep it alive; it is told when it is back.
func (s public) DeleteShare(ctx context.Context, r *sharingv1.DeleteShareRequest) (*emptypb.Empty, error) {
	w, row, err := s.findShare(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	now := max(s.now().UnixMicro(), row.Updated+1)
	if err := s.shares.Revoke(ctx, row.Workspace, row.UID, now); err != nil {
		return nil, fmt.Errorf("revoke share: %w", err)
	}
	s.rights.forget()
	if row.GrantedHash != "" || row.PendingSince != 0 {
		row.State = sharingv1.ShareState_SHARE_STATE_REVOKED
		s.withdrawNow(ctx, w, row, true)
	}
	return &emptypb.Empty{}, nil
}

// PauseShare implements the RPC.
func (s public) PauseShare(ctx context.Context, r *sharingv1.PauseShareRequest) (*sharingv1.Share, error) {
	return s.changeShare(ctx, r.GetName(), func(e *shareEdit) error {
		e.row.State = sharingv1.ShareState_SHARE_STATE_PAUSED
		return nil
	})
}

// ResumeShare implements the RPC. It is the owner's word that the share may go on as
// it is: with hidden credentials the vault's grant is written anew, for the version
// that the link opens now, and a suspension by the guard ends. Nothing else ends it.
func (s public) ResumeShare(ctx context.Context, r *sharingv1.ResumeShareRequest) (*sharingv1.Share, error) {
	return s.changeShare(ctx, r.GetName(), func(e *shareEdit) error {
		e.row.State, e.resumed = sharingv1.ShareState_SHARE_STATE_ACTIVE, true
		return e.settle(ctx, true)
	})
}

// RotateShare implements the RPC.
func (s public) RotateShare(ctx context.Context, r *sharingv1.RotateShareRequest) (*sharingv1.Share, error) {
	return s.changeShare(ctx, r.GetName(), func(e *shareEdit) error {
		e.row.LinkEpoch++
		e.row.Link, _ = s.links.Hash(s.links.Token(e.row.UID, e.row.LinkEpoch))
		return e.promiseNow(ctx)
	})
}
