package settings

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/emptypb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/link"
	"github.com/keyhole-dev/keyhole/services/sharing/peers"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
	"github.com/keyhole-dev/keyhole/services/sharing/workflows"
)

// Deps are what NewHandlers needs. All are required.
type Deps struct {
	Shares      shares.Store
	Resolver    *shares.Resolver
	Grants      *shares.Grants
	Workflows   workflows.Store
	Definitions *definition.Cache
	Peers       *peers.Peers
	Links       link.Key
	Pages       *page.Tokens
	Now         func() time.Time
}

// Handlers implements the RPCs of shares.
type Handlers struct {
	shares    shares.Store
	resolver  *shares.Resolver
	grants    *shares.Grants
	workflows workflows.Store
	links     link.Key
	pages     *page.Tokens
	now       func() time.Time

	checker   *checker
	writer    *writer
	presenter *presenter
}

// NewHandlers wires handlers. It reads and writes nothing.
func NewHandlers(d Deps) *Handlers {
	c := &checker{workflows: d.Workflows, definitions: d.Definitions, peers: d.Peers}
	return &Handlers{
		shares: d.Shares, resolver: d.Resolver, grants: d.Grants, workflows: d.Workflows, links: d.Links, pages: d.Pages, now: d.Now,
		checker:   c,
		writer:    &writer{shares: d.Shares, resolver: d.Resolver, grants: d.Grants, now: d.Now},
		presenter: &presenter{checker: c, resolver: d.Resolver, peers: d.Peers, links: d.Links},
	}
}

// CreateShare implements the RPC.
func (h *Handlers) CreateShare(ctx context.Context, r *sharingv1.CreateShareRequest) (*sharingv1.Share, error) {
	w, err := h.workflows.FindLive(ctx, r.GetParent())
	if err != nil {
		return nil, err
	}
	if err := w.Published(); err != nil {
		return nil, err
	}
	if err := leak.Text("share_id", r.GetShareId()); err != nil {
		return nil, err
	}
	in := r.GetShare()
	if in == nil {
		in = &sharingv1.Share{}
	}
	e := h.newShare(w, r.GetShareId())
	if err := e.apply(in, all); err != nil {
		return nil, err
	}
	if err := e.checkRole(caller.From(ctx)); err != nil {
		return nil, err
	}
	if err := h.checker.check(ctx, e, caller.From(ctx).Key, true); err != nil {
		return nil, err
	}
	if err := h.checker.promise(ctx, e); err != nil {
		return nil, err
	}
	if err := h.writer.insert(ctx, e); err != nil {
		return nil, err
	}
	return h.presenter.message(ctx, w, e.row)
}

// newShare begins the edit of a new share. Without an ID it gets a unique one.
func (h *Handlers) newShare(w workflows.Workflow, wanted string) *edit {
	now := h.now()
	row := shares.Share{
		UID: id.New("shr"), Workspace: w.Workspace, Workflow: w.UID, ID: wanted, LinkEpoch: 1,
		State: sharingv1.ShareState_SHARE_STATE_ACTIVE, Version: w.Live, Created: now.UnixMicro(), Updated: now.UnixMicro(),
		FrameOrigins: "[]", RunOrigins: "[]", Samples: "[]", Presentation: "{}",
	}
	if row.ID == "" {
		row.ID = row.UID
	}
	h.setLink(&row)
	return &edit{workflow: w, row: row, created: true, now: now}
}

// setLink stores the hash of the token that the share's link has in its epoch.
func (h *Handlers) setLink(row *shares.Share) {
	row.Link, _ = h.links.Hash(h.links.Token(row.UID, row.LinkEpoch))
}

// find reads a share by its resource name.
func (h *Handlers) find(ctx context.Context, name string) (workflows.Workflow, shares.Share, error) {
	w, err := h.workflows.Find(ctx, name)
	if errs.CodeOf(err) == codes.NotFound {
		return w, shares.Share{}, resource.NotFound("share")
	}
	if err != nil {
		return w, shares.Share{}, err
	}
	row, err := h.shares.Find(ctx, w.Workspace, w.UID, resource.Segment(name, 2))
	if errors.Is(err, sqldb.ErrNoRow) {
		return w, row, resource.NotFound("share")
	}
	if err != nil {
		return w, row, fmt.Errorf("read share: %w", err)
	}
	return w, row, nil
}

// GetShare implements the RPC.
func (h *Handlers) GetShare(ctx context.Context, r *sharingv1.GetShareRequest) (*sharingv1.Share, error) {
	w, row, err := h.find(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	return h.presenter.message(ctx, w, row)
}

// ListShares implements the RPC.
func (h *Handlers) ListShares(ctx context.Context, r *sharingv1.ListSharesRequest) (*sharingv1.ListSharesResponse, error) {
	w, err := h.workflows.Find(ctx, r.GetParent())
	if err != nil {
		return nil, err
	}
	rows, next, err := page.List(h.pages, r, page.Listing[shares.Share, shares.Cursor]{
		Binding: []string{"shares", w.UID, fmt.Sprint(r.GetShowRevoked())},
		Read: func(after shares.Cursor, limit int) ([]shares.Share, error) {
			return h.shares.List(ctx, w.Workspace, w.UID, after, r.GetShowRevoked(), limit)
		},
		CursorOf: func(row shares.Share) shares.Cursor { return shares.Cursor{Created: row.Created, UID: row.UID} },
	})
	if err != nil {
		return nil, fmt.Errorf("list shares: %w", err)
	}
	out := &sharingv1.ListSharesResponse{NextPageToken: next}
	for _, row := range rows {
		m, err := h.presenter.message(ctx, w, row)
		if err != nil {
			return nil, err
		}
		out.Shares = append(out.Shares, m)
	}
	return out, nil
}

// UpdateShare implements the RPC.
func (h *Handlers) UpdateShare(ctx context.Context, r *sharingv1.UpdateShareRequest) (*sharingv1.Share, error) {
	paths := r.GetUpdateMask().GetPaths()
	whole := len(paths) == 1 && paths[0] == "*"
	if whole {
		paths = all
	}
	if len(paths) == 0 {
		paths = populated(r.GetShare())
	}
	return h.change(ctx, caller.From(ctx), r.GetShare().GetName(), func(e *edit) error {
		if err := e.keepsGate(r.GetShare(), whole); err != nil {
			return err
		}
		if err := e.apply(r.GetShare(), paths); err != nil {
			return err
		}
		// An owner confirms a new live version by naming the setting again.
		confirm := mentions(paths, "credential_access") || mentions(paths, "confirmed_destinations")
		return h.checker.check(ctx, e, caller.From(ctx).Key, confirm)
	})
}

// change reads a share, edits it and writes it. It refuses a share that is revoked or has
// changed since it was read.
func (h *Handlers) change(ctx context.Context, by caller.Principal, name string, apply func(*edit) error) (*sharingv1.Share, error) {
	w, row, err := h.find(ctx, name)
	if err != nil {
		return nil, err
	}
	if row.State == sharingv1.ShareState_SHARE_STATE_REVOKED {
		return nil, errs.FailedPrecondition(errorsv1.Reason_REASON_NOT_FOUND, "share is permanently revoked; create a new one")
	}
	if w.Deleted != 0 {
		return nil, workflows.InTrash()
	}
	e := &edit{workflow: w, row: row, before: row, now: h.now()}
	if err := apply(e); err != nil {
		return nil, err
	}
	if err := e.checkRole(by); err != nil {
		return nil, err
	}
	if err := h.writer.commit(ctx, e); err != nil {
		return nil, err
	}
	w, row, err = h.find(ctx, name) // the guard may have suspended the share meanwhile
	if err != nil {
		return nil, err
	}
	return h.presenter.message(ctx, w, row)
}

// PauseShare implements the RPC.
func (h *Handlers) PauseShare(ctx context.Context, r *sharingv1.PauseShareRequest) (*sharingv1.Share, error) {
	return h.change(ctx, caller.From(ctx), r.GetName(), func(e *edit) error {
		e.row.State, e.paused = sharingv1.ShareState_SHARE_STATE_PAUSED, true
		return nil
	})
}

// ResumeShare implements the RPC. The owner says that the share may run as it is. With
// hidden credentials the vault gets a new grant for the version that the link opens now,
// and a suspension by the guard ends. Nothing else ends a suspension.
func (h *Handlers) ResumeShare(ctx context.Context, r *sharingv1.ResumeShareRequest) (*sharingv1.Share, error) {
	return h.change(ctx, caller.From(ctx), r.GetName(), func(e *edit) error {
		e.row.State, e.resumed = sharingv1.ShareState_SHARE_STATE_ACTIVE, true
		e.row.GateEpoch++ // what passed the gate before the stop has ended
		return h.checker.check(ctx, e, caller.From(ctx).Key, true)
	})
}

// RotateShare implements the RPC.
func (h *Handlers) RotateShare(ctx context.Context, r *sharingv1.RotateShareRequest) (*sharingv1.Share, error) {
	return h.change(ctx, caller.From(ctx), r.GetName(), func(e *edit) error {
		e.row.LinkEpoch++
		h.setLink(&e.row)
		return h.checker.promise(ctx, e)
	})
}

// DeleteShare implements the RPC. The link is dead before the vault is asked to drop the
// grant, so that a vault that is away cannot keep it alive. The sweep retries.
func (h *Handlers) DeleteShare(ctx context.Context, r *sharingv1.DeleteShareRequest) (*emptypb.Empty, error) {
	w, row, err := h.find(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	now := max(h.now().UnixMicro(), row.Updated+1)
	if err := h.shares.Revoke(ctx, row.Workspace, row.UID, now); err != nil {
		return nil, fmt.Errorf("revoke share: %w", err)
	}
	h.resolver.Forget()
	if err := h.shares.DropExamples(ctx, row.UID); err != nil {
		return nil, fmt.Errorf("remove examples: %w", err)
	}
	if row.GrantedHash != "" || row.PendingSince != 0 {
		row.State = sharingv1.ShareState_SHARE_STATE_REVOKED
		h.grants.WithdrawNow(ctx, w, row, true)
	}
	return &emptypb.Empty{}, nil
}
