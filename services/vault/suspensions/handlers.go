package suspensions

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/emptypb"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/workspaces"
)

// Handlers implements the methods for suspensions on the public endpoint.
type Handlers struct {
	store   *Store
	tenants *workspaces.Store
	log     *audit.Log
	pages   *page.Tokens
	now     func() time.Time
}

// NewHandlers returns the handlers of a store.
func NewHandlers(store *Store, tenants *workspaces.Store, log *audit.Log, pages *page.Tokens, now func() time.Time) *Handlers {
	return &Handlers{store: store, tenants: tenants, log: log, pages: pages, now: now}
}

// CreateSuspension implements the RPC.
func (h *Handlers) CreateSuspension(ctx context.Context, req *vaultv1.CreateSuspensionRequest) (*vaultv1.OperatorSuspension, error) {
	ws, target := resource.WorkspaceID(req.GetParent()), req.GetSuspension().GetTarget()
	row := suspension{workspace: ws, id: id.New("ssp"), target: target, reason: strings.TrimSpace(req.GetSuspension().GetReason()), created: sqldb.Micros(h.now())}
	if err := row.check(req.GetParent()); err != nil {
		return nil, err
	}
	if _, err := h.tenants.Get(ctx, ws); errors.Is(err, sqldb.ErrNoRow) {
		return nil, resource.NotFound("workspace")
	} else if err != nil {
		return nil, err
	}
	e := h.log.Event(audit.CallerOf(ctx), ws, "suspension.create", target)
	e.Details["reason"] = row.reason
	_, err := h.log.Change(ctx, e, func(tx *sql.Tx) (bool, error) {
		ok, err := insert(ctx, tx, row)
		if err == nil && !ok {
			err = resource.Taken("suspension of", target)
		}
		return ok, err
	})
	if err != nil {
		return nil, err
	}
	return row.message(), nil
}

// check refuses a target outside of the workspace, and a reason that nobody should read.
func (s suspension) check(parent string) error {
	switch {
	case s.workspace == workspaces.Operator:
		return resource.Invalid("parent", "must not be the operator's own workspace; to keep guests out, set the budget of the guest key to 0 runs")
	case s.target != parent && !strings.HasPrefix(s.target, parent+"/"):
		return resource.Invalid("suspension.target", "must be the workspace, or a key or a share in it")
	case s.reason == "":
		return resource.Invalid("suspension.reason", "must say why: the owner and visitors read it")
	}
	return leak.Text("suspension.reason", s.reason)
}

// ListSuspensions implements the RPC.
func (h *Handlers) ListSuspensions(ctx context.Context, req *vaultv1.ListSuspensionsRequest) (*vaultv1.ListSuspensionsResponse, error) {
	ws := resource.WorkspaceID(req.GetParent())
	rows, next, err := page.List(h.pages, req, page.Listing[suspension, page.Place]{
		Binding:  []string{"suspensions", ws},
		Read:     func(after page.Place, limit int) ([]suspension, error) { return h.store.list(ctx, ws, after, limit) },
		CursorOf: func(s suspension) page.Place { return page.Place{Time: s.created, ID: s.id} },
	})
	if err != nil {
		return nil, err
	}
	res := &vaultv1.ListSuspensionsResponse{NextPageToken: next}
	for _, s := range rows {
		res.Suspensions = append(res.Suspensions, s.message())
	}
	return res, nil
}

// DeleteSuspension implements the RPC.
func (h *Handlers) DeleteSuspension(ctx context.Context, req *vaultv1.DeleteSuspensionRequest) (*emptypb.Empty, error) {
	ws, one, ok := resource.Split(req.GetName(), "suspensions")
	if !ok {
		return nil, resource.NotFound("suspension")
	}
	e := h.log.Event(audit.CallerOf(ctx), ws, "suspension.delete", req.GetName())
	_, err := h.log.Change(ctx, e, func(tx *sql.Tx) (bool, error) {
		target, err := remove(ctx, tx, ws, one)
		if errors.Is(err, sqldb.ErrNoRow) {
			return false, resource.NotFound("suspension")
		}
		e.Details["target"] = target
		return true, err
	})
	if err != nil {
		return nil, err
	}
	return &emptypb.Empty{}, nil
}
