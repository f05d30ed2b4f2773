package audit

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// Titles returns what keys and credentials of a workspace are called, by their IDs.
type Titles func(ctx context.Context, workspace string, keys, credentials []string) (ofKeys, ofCredentials map[string]string, err error)

// Handlers serves the audit log.
type Handlers struct {
	log    *Log
	titles Titles
	pages  *page.Tokens
}

// NewHandlers returns the handlers of a log.
func NewHandlers(log *Log, titles Titles, pages *page.Tokens) *Handlers {
	return &Handlers{log: log, titles: titles, pages: pages}
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
	return res, h.entitle(ctx, ws, res.GetEvents())
}

// entitle adds the titles of the keys and credentials of a page, with one query for each kind.
func (h *Handlers) entitle(ctx context.Context, ws string, events []*vaultv1.AuditEvent) error {
	ids := map[string]map[string]bool{"keys": {}, "credentials": {}}
	for _, e := range events {
		for _, name := range []string{e.GetActor(), e.GetResource()} {
			if kind, id := of(ws, name); ids[kind] != nil {
				ids[kind][id] = true
			}
		}
	}
	keys, credentials, err := h.titles(ctx, ws, slices.Sorted(maps.Keys(ids["keys"])), slices.Sorted(maps.Keys(ids["credentials"])))
	if err != nil {
		return fmt.Errorf("read titles: %w", err)
	}
	titles := map[string]map[string]string{"keys": keys, "credentials": credentials}
	for _, e := range events {
		kind, id := of(ws, e.GetActor())
		e.ActorTitle = titles[kind][id]
		kind, id = of(ws, e.GetResource())
		e.ResourceTitle = titles[kind][id]
	}
	return nil
}

// of splits the name of a resource of a workspace. Other names have no kind.
func of(ws, name string) (kind, id string) {
	rest, own := strings.CutPrefix(name, resource.Workspace(ws)+"/")
	if !own {
		return "", ""
	}
	kind, id, _ = strings.Cut(rest, "/")
	return kind, id
}

func (e Event) message() *vaultv1.AuditEvent {
	return &vaultv1.AuditEvent{
		Name: resource.Workspace(e.workspace) + "/audit/" + e.ID, Time: timestamppb.New(sqldb.FromMicros(e.time)),
		Actor: e.actor, Action: e.action, Resource: e.resource, Outcome: e.Outcome, Details: e.Details,
	}
}
