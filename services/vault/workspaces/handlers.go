package workspaces

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
)

// Handlers implements the methods for workspaces on the public endpoint.
type Handlers struct {
	store *Store
	log   *audit.Log
	pages *page.Tokens
	now   func() time.Time
}

// NewHandlers returns the handlers of a store.
func NewHandlers(store *Store, log *audit.Log, pages *page.Tokens, now func() time.Time) *Handlers {
	return &Handlers{store: store, log: log, pages: pages, now: now}
}

// CreateWorkspace creates a tenant.
func (h *Handlers) CreateWorkspace(ctx context.Context, req *vaultv1.CreateWorkspaceRequest) (*vaultv1.Workspace, error) {
	w := Workspace{ID: req.GetWorkspaceId(), Title: req.GetWorkspace().GetTitle(), CreateTime: sqldb.Micros(h.now())}
	if err := w.Check(); err != nil {
		return nil, err
	}
	e := h.log.Event(audit.CallerOf(ctx), w.ID, "workspace.create", resource.Workspace(w.ID))
	_, err := h.log.Change(ctx, e, func(tx *sql.Tx) (bool, error) {
		ok, err := Create(ctx, tx, w)
		if err == nil && !ok {
			err = Taken(w.ID)
		}
		return ok, err
	})
	if err != nil {
		return nil, err
	}
	return w.message(), nil
}

// ListWorkspaces lists all tenants, oldest first.
func (h *Handlers) ListWorkspaces(ctx context.Context, req *vaultv1.ListWorkspacesRequest) (*vaultv1.ListWorkspacesResponse, error) {
	rows, next, err := page.List(h.pages, req, page.Listing[counted, page.Place]{
		Binding: []string{"workspaces", req.GetText()},
		Read: func(after page.Place, limit int) ([]counted, error) {
			return h.store.list(ctx, req.GetText(), after, limit)
		},
		CursorOf: func(w counted) page.Place { return page.Place{Time: w.CreateTime, ID: w.ID} },
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
func (h *Handlers) GetWorkspace(ctx context.Context, req *vaultv1.GetWorkspaceRequest) (*vaultv1.Workspace, error) {
	return h.shown(ctx, caller.From(ctx), resource.WorkspaceID(req.GetName()))
}

// UpdateWorkspace changes the title of a tenant.
func (h *Handlers) UpdateWorkspace(ctx context.Context, req *vaultv1.UpdateWorkspaceRequest) (*vaultv1.Workspace, error) {
	id, title := resource.WorkspaceID(req.GetWorkspace().GetName()), req.GetWorkspace().GetTitle()
	mask, err := resource.Mask(req.GetUpdateMask().GetPaths(), []string{"title"}, []string{"name", "create_time", "keys", "unlimited_keys", "people"})
	if err != nil {
		return nil, err
	}
	if err := leak.Text("workspace.title", title); err != nil {
		return nil, err
	}
	if mask == nil || len(mask) > 0 {
		e := h.log.Event(audit.CallerOf(ctx), id, "workspace.update", resource.Workspace(id))
		_, err := h.log.Change(ctx, e, func(tx *sql.Tx) (bool, error) {
			ok, err := retitle(ctx, tx, id, title)
			if err == nil && !ok {
				err = resource.NotFound("workspace")
			}
			return ok, err
		})
		if err != nil {
			return nil, err
		}
	}
	return h.shown(ctx, caller.From(ctx), id)
}

// shown is a workspace as the caller may see it.
func (h *Handlers) shown(ctx context.Context, to caller.Principal, id string) (*vaultv1.Workspace, error) {
	w, err := h.store.getCounted(ctx, id)
	if errors.Is(err, sqldb.ErrNoRow) {
		return nil, resource.NotFound("workspace")
	}
	if err != nil {
		return nil, err
	}
	if to.Kind != caller.Operator {
		return w.Workspace.message(), nil
	}
	return w.message(), nil
}

func (c counted) message() *vaultv1.Workspace {
	m := c.Workspace.message()
	m.Keys, m.UnlimitedKeys, m.People = c.keys, c.unlimited, c.people
	return m
}

func (w Workspace) message() *vaultv1.Workspace {
	return &vaultv1.Workspace{
		Name: resource.Workspace(w.ID), Title: w.Title, CreateTime: timestamppb.New(sqldb.FromMicros(w.CreateTime)),
	}
}

// InternalHandlers implements the method for workspaces on the internal endpoint.
type InternalHandlers struct {
	store     *Store
	suspended Suspended
}

// Suspended returns what the operator has suspended in a workspace.
type Suspended func(ctx context.Context, workspace string) ([]*vaultv1.OperatorSuspension, error)

// NewInternalHandlers returns the handlers of a store.
func NewInternalHandlers(store *Store, suspended Suspended) *InternalHandlers {
	return &InternalHandlers{store: store, suspended: suspended}
}

// ResolveWorkspace returns the title of a workspace, for peers that show it to strangers, and its suspensions. An
// unknown workspace has an empty title.
func (h *InternalHandlers) ResolveWorkspace(ctx context.Context, req *vaultinternalv1.ResolveWorkspaceRequest) (*vaultinternalv1.ResolveWorkspaceResponse, error) {
	w, err := h.store.Get(ctx, req.GetWorkspace())
	if err != nil && !errors.Is(err, sqldb.ErrNoRow) {
		return nil, err
	}
	held, err := h.suspended(ctx, req.GetWorkspace())
	if err != nil {
		return nil, err
	}
	return &vaultinternalv1.ResolveWorkspaceResponse{Title: w.Title, Suspensions: held}, nil
}
