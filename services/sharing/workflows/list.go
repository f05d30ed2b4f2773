package workflows

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/sketch"
)

// ListWorkflows implements the RPC.
func (h *Handlers) ListWorkflows(ctx context.Context, r *sharingv1.ListWorkflowsRequest) (*sharingv1.ListWorkflowsResponse, error) {
	ws := resource.Segment(r.GetParent(), 0)
	which := selection{
		text: r.GetText(), deleted: r.GetShowDeleted(), trash: r.GetOnlyDeleted(), now: h.flows.now(), order: orders[r.GetOrderBy()],
	}
	rows, next, err := page.List(h.flows.pages, r, page.Listing[listed, place]{
		First:   which.order.first(),
		Binding: []string{"workflows", r.GetParent(), fmt.Sprint(which.deleted, which.trash), which.text, r.GetOrderBy()},
		Read: func(after place, limit int) ([]listed, error) {
			return h.flows.store.list(ctx, ws, after, which, limit)
		},
		CursorOf: which.order.of,
	})
	if err != nil {
		return nil, fmt.Errorf("list workflows: %w", err)
	}
	out := &sharingv1.ListWorkflowsResponse{NextPageToken: next}
	if err := h.flows.leaveOutSuspended(ctx, rows); err != nil {
		return nil, err
	}
	if err := h.flows.drawMissing(ctx, rows); err != nil {
		return nil, fmt.Errorf("draw workflows: %w", err)
	}
	if r.GetPageToken() == "" {
		n, err := h.flows.store.count(ctx, ws, which)
		if err != nil {
			return nil, fmt.Errorf("count workflows: %w", err)
		}
		out.TotalSize = int32(n)
	}
	out.Workflows, err = h.flows.cards(ctx, ws, rows, which.midnight())
	return out, err
}

// drawnPerList bounds the sketches that one listing draws. The next one draws more.
const drawnPerList = 25

// drawMissing draws the definitions of a listing that were saved before they got a sketch, or
// one with all that it has today. It stores the sketches, so that each is drawn once.
func (s *Workflows) drawMissing(ctx context.Context, rows []listed) error {
	left := drawnPerList
	for i := range rows {
		l := &rows[i]
		if l.liveUndrawn && left > 0 {
			left--
			v, err := s.store.version(ctx, l.UID, l.Live)
			if err != nil {
				return err
			}
			l.liveHash, l.sketch = v.Hash, sketch.Of(s.definitions, v.Definition, v.Hash)
			if err := sketch.Keep(ctx, s.store.db, l.UID, false, l.sketch); err != nil {
				return err
			}
		}
		if !l.drafted || !l.liveUndrawn && !l.draftUndrawn || left == 0 {
			continue
		}
		left--
		d, err := s.store.draft(ctx, l.UID)
		if errors.Is(err, sqldb.ErrNoRow) { // discarded or published meanwhile
			continue
		}
		if err != nil {
			return err
		}
		l.sketch = sketch.Of(s.definitions, d.Definition, d.Hash)
		if err := sketch.Keep(ctx, s.store.db, l.UID, true, l.sketch); err != nil {
			return err
		}
	}
	return nil
}

// cards returns the rows of a listing with their runs, and what they miss. It asks
// once for all rows.
func (s *Workflows) cards(ctx context.Context, ws string, rows []listed, midnight int64) ([]*sharingv1.Workflow, error) {
	uids := make([]string, len(rows))
	for i, l := range rows {
		uids[i] = l.UID
	}
	ran, err := s.store.runsSince(ctx, ws, midnight, uids)
	if err != nil {
		return nil, fmt.Errorf("count runs: %w", err)
	}
	models, credentials := s.missingModels(ctx, ws, rows), s.missingCredentials(ctx, ws, rows)
	out := make([]*sharingv1.Workflow, 0, len(rows))
	for _, l := range rows {
		w := l.message()
		days := [runDays]int64{}
		if found := ran[l.UID]; found != nil {
			days = *found
		}
		w.DailyRuns = days[:]
		w.MissingModels = only(l.sketch.Models, models)
		w.MissingCredentials = only(l.sketch.Credentials, credentials)
		out = append(out, w)
	}
	return out, nil
}

// only returns those of a list that are in a set, in their order.
func only(list []string, in map[string]bool) []string {
	return slices.DeleteFunc(slices.Clone(list), func(id string) bool { return !in[id] })
}

// modelsOfPage bounds the models of a page that the registry is asked about.
const modelsOfPage = 1000

// missingModels returns which models of a page do not exist. A list without this is better
// than none: while the registry is away, no model is missing.
func (s *Workflows) missingModels(ctx context.Context, ws string, rows []listed) map[string]bool {
	var ids []string
	for _, l := range rows {
		ids = append(ids, l.sketch.Models...)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	_, gone, err := s.peers.ForStrangers(ctx, ws, ids[:min(len(ids), modelsOfPage)], nil)
	out := map[string]bool{}
	if err != nil {
		return out
	}
	for _, id := range gone {
		out[id] = true
	}
	return out
}

// missingCredentials returns which credentials of a page do not exist. While the vault is
// away, none is missing.
func (s *Workflows) missingCredentials(ctx context.Context, ws string, rows []listed) map[string]bool {
	var ids []string
	for _, l := range rows {
		ids = append(ids, l.sketch.Credentials...)
	}
	slices.Sort(ids)
	out := map[string]bool{}
	for some := range slices.Chunk(slices.Compact(ids), 200) { // the vault answers no more at a time
		known, err := s.peers.Credentials(ctx, ws, some)
		if err != nil {
			return map[string]bool{}
		}
		for _, id := range some {
			out[id] = known[id] == nil
		}
	}
	return out
}

func (l listed) message() *sharingv1.Workflow {
	out := l.Workflow.message(nil)
	out.ActiveShares, out.PausedShares = int32(l.active), int32(l.paused)
	out.Sketch = &sharingv1.Sketch{}
	if proto.Unmarshal(l.sketch.Outline, out.Sketch) != nil {
		out.Sketch = nil
	}
	out.Problems = int32(l.sketch.Problems)
	out.DraftChanged = l.drafted && l.sketch.Hash != l.liveHash
	return out
}
