package ledger

import (
	"context"
	"fmt"
	"math"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// QueryUsage implements the RPC. It sums what the keys of the workspace were charged and
// what its credentials were used for.
func (h *Handlers) QueryUsage(ctx context.Context, r *sharingv1.QueryUsageRequest) (*sharingv1.QueryUsageResponse, error) {
	q := usageQuery{workspace: resource.Segment(r.GetParent(), 0), group: r.GetGroupBy(), byDay: r.GetByDay(), to: math.MaxInt64}
	if r.GetStartTime() != nil {
		q.from = sqldb.Micros(r.GetStartTime().AsTime())
	}
	if r.GetEndTime() != nil {
		q.to = sqldb.Micros(r.GetEndTime().AsTime())
	}
	binding := []string{"usage", q.workspace, q.group, fmt.Sprint(q.byDay), fmt.Sprint(q.from), fmt.Sprint(q.to)}
	rows, next, err := page.List(h.pages, r, page.Listing[usageRow, *usagePlace]{
		Binding: binding,
		Read: func(after *usagePlace, limit int) ([]usageRow, error) {
			if after != nil {
				q.after, q.later = *after, true
			}
			return h.store.usage(ctx, q, limit)
		},
		CursorOf: func(u usageRow) *usagePlace { at := u.place(); return &at },
	})
	if err != nil {
		return nil, fmt.Errorf("sum usage: %w", err)
	}
	out := &sharingv1.QueryUsageResponse{NextPageToken: next}
	if q.group == "" {
		if out.Visitors, out.ReturningVisitors, err = h.store.visitors(ctx, q); err != nil {
			return nil, fmt.Errorf("count visitors: %w", err)
		}
	}
	groups := make([]string, len(rows))
	for i, u := range rows {
		groups[i] = u.group
	}
	called, err := h.titles.of(ctx, q.workspace, groups)
	if err != nil {
		return nil, err
	}
	for _, u := range rows {
		u.addTo(out, called[u.group])
	}
	return out, nil
}
