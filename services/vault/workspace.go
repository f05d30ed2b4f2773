package vault

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"google.golang.org/protobuf/types/known/timestamppb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
)

// CreateWorkspace creates a tenant.
func (s *Service) CreateWorkspace(ctx context.Context, req *vaultv1.CreateWorkspaceRequest) (*vaultv1.Workspace, error) {
	if slices.Contains(reserved(), req.GetWorkspaceId()) {
		return nil, errs.InvalidArgument(errorsv1.Reason_REASON_ID_RESERVED, "the workspace id %q is reserved; choose another", req.GetWorkspaceId()).
			Field("workspace_id", "reserved")
	}
	if err := leak.NewGate().Text("workspace_id", req.GetWorkspaceId()).Text("workspace.title", req.GetWorkspace().GetTitle()).Err(); err != nil {
		return nil, err
	}
	w := workspace{id: req.GetWorkspaceId(), title: req.GetWorkspace().GetTitle(), createTime: sqldb.Micros(s.now())}
	err := s.store.tx(ctx, func(tx *sql.Tx) error {
		ok, err := createWorkspace(ctx, tx, w)
		if err != nil {
			return err
		}
		if !ok {
			return errs.AlreadyExists(errorsv1.Reason_REASON_ALREADY_EXISTS, "there is a workspace %q already", w.id)
		}
		return audit.Write(ctx, tx, s.audit.Event(ctx, w.id, "workspace.create", resource.Workspace(w.id)))
	})
	if err != nil {
		return nil, err
	}
	return w.message(), nil
}

// ListWorkspaces lists all tenants, oldest first.
func (s *Service) ListWorkspaces(ctx context.Context, req *vaultv1.ListWorkspacesRequest) (*vaultv1.ListWorkspacesResponse, error) {
	rows, next, err := page.List(s.pages, req, page.Listing[workspace, page.Place]{
		Binding:  []string{"workspaces"},
		Read:     func(after page.Place, limit int) ([]workspace, error) { return s.store.workspaces(ctx, after, limit) },
		CursorOf: func(w workspace) page.Place { return page.Place{Time: w.createTime, ID: w.id} },
	})
	if err != nil {
		return nil, err
	}
	res := &vaultv1.ListWorkspacesResponse{NextPageToken: next}
	for _, w := range rows {
		res.Workspaces = append(res.Workspaces, w.message())
	}
	return res, nil
}

// GetWorkspace returns one tenant.
func (s *Service) GetWorkspace(ctx context.Context, req *vaultv1.GetWorkspaceRequest) (*vaultv1.Workspace, error) {
	w, err := s.store.workspace(ctx, resource.WorkspaceID(req.GetName()))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, resource.NotFound("workspace")
	}
	if err != nil {
		return nil, err
	}
	return w.message(), nil
}

// Whoami says whose key was presented and what it may do.
func (s *Service) Whoami(ctx context.Context, _ *vaultv1.WhoamiRequest) (*vaultv1.WhoamiResponse, error) {
	p := caller.From(ctx)
	switch p.Kind {
	case caller.Member:
		return &vaultv1.WhoamiResponse{
			Role: "member", Workspace: resource.Workspace(p.Workspace), Key: p.Key,
			Permissions: []string{
				"manage workflows, shares, models, credentials and keys of this workspace",
				"run its workflows, charged to this key", "open shared links, charged to this key", "fork shared workflows",
				"read this workspace's usage and audit log",
			},
		}, nil
	case caller.Operator:
		return &vaultv1.WhoamiResponse{
			Role: "operator", Workspace: resource.Workspace(p.Workspace), Key: p.Key,
			Permissions: []string{"create and list workspaces", "make and revoke keys of any workspace", "set budgets of keys"},
		}, nil
	default:
		return &vaultv1.WhoamiResponse{
			Role: "guest", Key: keyName(operatorWorkspace, guestKey),
			Permissions: []string{"open shared links", "run previews, charged to the operator's allowance for guests"},
		}, nil
	}
}

func (w workspace) message() *vaultv1.Workspace {
	return &vaultv1.Workspace{
		Name: resource.Workspace(w.id), Title: w.title, CreateTime: timestamppb.New(sqldb.FromMicros(w.createTime)),
	}
}

// ResolveWorkspace gives a workspace's title to those who show it to others.
func (s *Service) ResolveWorkspace(ctx context.Context, req *vaultinternalv1.ResolveWorkspaceRequest) (*vaultinternalv1.ResolveWorkspaceResponse, error) {
	w, err := s.store.workspace(ctx, req.GetWorkspace())
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	return &vaultinternalv1.ResolveWorkspaceResponse{Title: w.title}, nil
}
