package audit

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// Handlers serves the audit log.
type Handlers struct {
	log   *Log
	pages *page.Tokens
}

// NewHandlers returns the handlers of a log.
func NewHandlers(log *Log, pages *page.Tokens) *Handlers {
	return &Handlers{log: log, pages: pages}
}

// ListAuditEvents lists who did what with keys and credentials, newest first.
func (h *Handlers) ListAuditEvents(ctx context.Context, req *vaultv1.ListAuditEventsRequest) (*vaultv1.ListAuditEventsResponse, error) {
	ws := resource.WorkspaceID(req.GetParent())
	f := filter{resource: req.GetResource(), action: strings.Trim(req.GetAction(), ".")}
	if t := req.GetStartTime(); t != nil {
		f.from = sqldb.Micros(t.AsTime())
	}
	if t := req.GetEndTime(); t != nil {
		f.to = sqldb.Micros(t.AsTime())
	}
	rows, next, err := page.List(h.pages, req, page.Listing[Event, string]{
		Binding:  []string{"audit", ws, f.resource, f.action, fmt.Sprint(f.from), fmt.Sprint(f.to)},
		Read:     func(before string, limit int) ([]Event, error) { return h.log.list(ctx, ws, f, before, limit) },
		CursorOf: func(e Event) string { return e.ID },
	})
	if err != nil {
		return nil, err
	}
	res := &vaultv1.ListAuditEventsResponse{NextPageToken: next}
	for _, e := range rows {
		res.Events = append(res.Events, e.message())
	}
	return res, nil
}

func (e Event) message() *vaultv1.AuditEvent {
	return &vaultv1.AuditEvent{
		Name: resource.Workspace(e.workspace) + "/audit/" + e.ID, Time: timestamppb.New(sqldb.FromMicros(e.time)),
		Actor: e.actor, Action: e.action, Resource: e.resource, Outcome: e.Outcome, Details: e.Details,
	}
}
