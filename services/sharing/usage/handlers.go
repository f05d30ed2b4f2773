package usage

import (
	"context"
	"fmt"
	"math"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/titles"
)

// Handlers implements the RPCs that report usage.
type Handlers struct {
	store  Store
	pages  *page.Tokens
	titles titles.Finder
	now    func() time.Time
}

// NewHandlers returns handlers that read a store.
func NewHandlers(store Store, pages *page.Tokens, found titles.Finder, now func() time.Time) *Handlers {
	return &Handlers{store: store, pages: pages, titles: found, now: now}
}

// QueryUsage implements the RPC. It sums what the keys of the workspace were charged and
// what its credentials were used for.
func (h *Handlers) QueryUsage(ctx context.Context, r *sharingv1.QueryUsageRequest) (*sharingv1.QueryUsageResponse, error) {
	q := queryOf(r)
	binding := []string{"usage", q.workspace, q.group, fmt.Sprint(q.split), fmt.Sprint(q.from), fmt.Sprint(q.to)}
	rows, next, err := page.List(h.pages, r, page.Listing[row, *place]{
		Binding: binding,
		Read: func(after *place, limit int) ([]row, error) {
			if after != nil {
				q.after, q.later = *after, true
			}
			return h.store.report(ctx, q, limit)
		},
		CursorOf: func(u row) *place { return &u.place },
	})
	if err != nil {
		return nil, fmt.Errorf("sum usage: %w", err)
	}
	if err := h.store.addVisitors(ctx, q, rows); err != nil {
		return nil, fmt.Errorf("count visitors: %w", err)
	}
	out := &sharingv1.QueryUsageResponse{NextPageToken: next}
	if q.group == "" {
		if out.Visitors, out.ReturningVisitors, err = h.store.visitors(ctx, q); err != nil {
			return nil, fmt.Errorf("count visitors: %w", err)
		}
	}
	groups := make([]string, len(rows))
	for i, u := range rows {
		groups[i] = u.Group
	}
	called, err := h.titles.Of(ctx, q.workspace, groups)
	if err != nil {
		return nil, err
	}
	for _, u := range rows {
		u.addTo(out, r, called[u.Group])
	}
	return out, nil
}

// queryOf reads a request.
func queryOf(r *sharingv1.QueryUsageRequest) query {
	q := rangeOf(r)
	q.group = r.GetGroupBy()
	switch {
	case r.GetByHour():
		q.split = hour
	case r.GetByDay(), q.group == "day":
		q.split = day
	}
	return q
}

// ranger is a request for a range of time.
type ranger interface {
	GetParent() string
	GetStartTime() *timestamppb.Timestamp
	GetEndTime() *timestamppb.Timestamp
}

// rangeOf reads the range. The sums are of hours, so it becomes the hours that it touches.
func rangeOf(r ranger) query {
	q := query{workspace: resource.Segment(r.GetParent(), 0), to: math.MaxInt64}
	if at := r.GetStartTime(); at != nil {
		q.from = hourAt(at)
	}
	if at := r.GetEndTime(); at != nil {
		q.to = hourAt(at)
		if at.AsTime() != at.AsTime().Truncate(time.Hour) {
			q.to++
		}
	}
	return q
}

func hourAt(at *timestamppb.Timestamp) int64 {
	return sqldb.Micros(at.AsTime().Truncate(time.Hour)) / perHour
}

// addTo adds the row to its list in a reply.
func (u row) addTo(out *sharingv1.QueryUsageResponse, r *sharingv1.QueryUsageRequest, title string) {
	var onDay, inHour string
	switch {
	case r.GetByHour():
		at := time.Unix(u.Span*3600, 0).UTC()
		onDay, inHour = at.Format(time.DateOnly), at.Format(time.RFC3339)
	case r.GetByDay(), r.GetGroupBy() == "day":
		onDay = time.Unix(u.Span*day*3600, 0).UTC().Format(time.DateOnly)
	}
	group := u.Group
	if r.GetGroupBy() == "day" {
		group = onDay
		if !r.GetByDay() && !r.GetByHour() {
			onDay = ""
		}
	}
	if u.Section == used {
		out.Credentials = append(out.Credentials, &sharingv1.CredentialUsage{
			Group: group, Day: onDay, Hour: inHour, Runs: u.runs, Calls: u.calls, FailedCalls: u.failedCalls,
			InputTokens: u.input, OutputTokens: u.output, Title: title,
		})
		return
	}
	out.Rows = append(out.Rows, &sharingv1.UsageRow{
		Group: group, Day: onDay, Hour: inHour, Runs: u.runs, FailedRuns: u.failed, ModelImages: u.images, CredentialCalls: u.calls,
		InputTokens: u.input, OutputTokens: u.output, Title: title, Visitors: u.visitors,
	})
}
