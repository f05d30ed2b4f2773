package vault

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// eventPrefix is shared by written events and uses: their ids sort together.
const eventPrefix = "evt"

// event begins an audit entry about what the caller does.
func (s *Service) event(ctx context.Context, workspace, action, resource string) auditEvent {
	e := auditEvent{
		workspace: workspace, id: id.New(eventPrefix), time: sqldb.Micros(s.now()), actor: actor(ctx),
		action: action, resource: resource, outcome: "ok", details: map[string]string{},
	}
	if r := caller.RequestID(ctx); r != "" {
		e.details["request_id"] = r
	}
	return e
}

// actor names the key that acts; of a call without one, the peer.
func actor(ctx context.Context) string {
	if p := caller.From(ctx); p.Key != "" && p.Kind != caller.Guest {
		return p.Key
	}
	if peer := caller.Peer(ctx); peer != "" {
		return peer
	}
	return "guest"
}

// ListAuditEvents says who did what with keys and credentials, newest first.
func (s *Service) ListAuditEvents(ctx context.Context, req *vaultv1.ListAuditEventsRequest) (*vaultv1.ListAuditEventsResponse, error) {
	ws := resource.WorkspaceID(req.GetParent())
	rows, next, err := page.List(s.pages, req, page.Listing[auditEvent, string]{
		Binding: []string{"audit", ws, req.GetResource()},
		Read: func(before string, limit int) ([]auditEvent, error) {
			return s.store.auditEvents(ctx, ws, req.GetResource(), before, limit)
		},
		CursorOf: func(e auditEvent) string { return e.id },
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

func (e auditEvent) message() *vaultv1.AuditEvent {
	return &vaultv1.AuditEvent{
		Name: resource.Workspace(e.workspace) + "/audit/" + e.id, Time: timestamppb.New(sqldb.FromMicros(e.time)),
		Actor: e.actor, Action: e.action, Resource: e.resource, Outcome: e.outcome, Details: e.details,
	}
}

// Refusals that are written down: so many at once and so many a minute in each
// workspace. What is beyond is counted, and the next entry says how many.
const (
	refusalBurst  = 20
	refusalEvery  = 3 * time.Second
	maxRefusalWSs = 4096
)

// refusals bounds what an attacker can write into the audit log.
type refusals struct {
	mu sync.Mutex
	by map[string]*refusalBucket
}

type refusalBucket struct {
	tokens  float64
	last    time.Time
	dropped int
}

// admit reports whether one more refusal of a workspace may be written, and how
// many were not since the last.
func (r *refusals) admit(workspace string, now time.Time) (dropped int, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.by == nil || len(r.by) > maxRefusalWSs {
		r.by = make(map[string]*refusalBucket)
	}
	b := r.by[workspace]
	if b == nil {
		b = &refusalBucket{tokens: refusalBurst, last: now}
		r.by[workspace] = b
	}
	b.tokens = min(refusalBurst, b.tokens+now.Sub(b.last).Seconds()/refusalEvery.Seconds())
	b.last = now
	if b.tokens < 1 {
		b.dropped++
		return 0, false
	}
	b.tokens--
	dropped, b.dropped = b.dropped, 0
	return dropped, true
}

// refused tells the owner of a right that somebody tried to use it in a way that
// it does not allow. It never fails the request, which is refused already.
func (s *Service) refused(ctx context.Context, e auditEvent) {
	s.metrics.refused.WithLabelValues(e.outcome).Inc()
	dropped, ok := s.refusals.admit(e.workspace, s.now())
	if !ok {
		return
	}
	if dropped > 0 {
		e.details["not_written_before"] = strconv.FormatInt(int64(dropped), 10)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	if err := s.store.auditAlone(ctx, e); err != nil {
		s.log.LogAttrs(ctx, slog.LevelError, "refusal could not be audited", slog.String("action", e.action), slog.Any("error", err))
	}
}
