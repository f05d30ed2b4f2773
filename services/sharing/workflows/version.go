package workflows

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/names"
)

// ListWorkflowVersions implements the RPC.
func (h *Handlers) ListWorkflowVersions(ctx context.Context, r *sharingv1.ListWorkflowVersionsRequest) (*sharingv1.ListWorkflowVersionsResponse, error) {
	w, err := h.flows.store.Find(ctx, r.GetParent())
	if err != nil {
		return nil, err
	}
	rows, next, err := page.List(h.flows.pages, r, page.Listing[listedVersion, int64]{
		First: math.MaxInt64, Binding: []string{"versions", w.UID},
		Read: func(before int64, limit int) ([]listedVersion, error) {
			return h.flows.store.versions(ctx, w, before, limit)
		},
		CursorOf: func(v listedVersion) int64 { return v.Number },
	})
	if err != nil {
		return nil, fmt.Errorf("list versions: %w", err)
	}
	out := &sharingv1.ListWorkflowVersionsResponse{NextPageToken: next}
	for _, v := range rows {
		out.Versions = append(out.Versions, v.message(w))
	}
	h.flows.nameAuthors(ctx, w.Workspace, out.GetVersions())
	return out, nil
}

// nameAuthors adds the titles of the keys that saved versions. A list without them is better
// than none: while the vault is away, keys have no titles.
func (s *Workflows) nameAuthors(ctx context.Context, ws string, versions []*sharingv1.WorkflowVersion) {
	keys := map[string]bool{}
	for _, v := range versions {
		if resource.Segment(v.GetAuthor(), 0) == ws {
			keys[resource.Segment(v.GetAuthor(), 1)] = true
		}
	}
	if len(keys) == 0 {
		return
	}
	found, err := s.peers.Titles(ctx, ws, slices.Sorted(maps.Keys(keys)), nil)
	if err != nil {
		return
	}
	for _, v := range versions {
		if v.GetAuthor() == names.Key(ws, resource.Segment(v.GetAuthor(), 1)) {
			v.AuthorTitle = found.GetKeys()[resource.Segment(v.GetAuthor(), 1)]
		}
	}
}

// GetWorkflowVersion implements the RPC.
func (h *Handlers) GetWorkflowVersion(ctx context.Context, r *sharingv1.GetWorkflowVersionRequest) (*sharingv1.WorkflowVersion, error) {
	w, v, err := h.flows.findVersion(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	return v.message(w), nil
}

func (s *Workflows) findVersion(ctx context.Context, name string) (Workflow, Version, error) {
	w, err := s.store.Find(ctx, name)
	if err != nil {
		return w, Version{}, err
	}
	number, err := strconv.ParseInt(resource.Segment(name, 2), 10, 32)
	if err != nil {
		return w, Version{}, resource.NotFound("version")
	}
	v, err := s.store.Version(ctx, w, number)
	return w, v, err
}

// RestoreWorkflowVersion implements the RPC. It checks the old definition again, because
// the rules may have changed since it was saved.
func (h *Handlers) RestoreWorkflowVersion(ctx context.Context, r *sharingv1.RestoreWorkflowVersionRequest) (*sharingv1.Workflow, error) {
	if _, err := h.flows.store.FindLive(ctx, r.GetName()); err != nil {
		return nil, err
	}
	w, v, err := h.flows.findVersion(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	raw, err := h.flows.admit(ctx, w.Workspace, v.Definition)
	if err != nil {
		return nil, err
	}
	return h.flows.save(ctx, caller.From(ctx), w, edit{definition: raw})
}

// listedVersion is a version without its definition, and the number of links that are
// pinned to it.
type listedVersion struct {
	Version
	pinned int64
}

// versions returns the versions before a number, newest first. The links are counted in one
// pass, however many versions there are. A revoked link counts no more.
func (s Store) versions(ctx context.Context, w Workflow, before int64, limit int) ([]listedVersion, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT v.workflow, v.number, v.hash, v.author, v.create_time, COALESCE(s.pinned, 0) FROM versions v
		LEFT JOIN (SELECT version, COUNT(*) AS pinned FROM shares
			WHERE workflow = $1 AND workspace = $2 AND NOT follow_live AND state <> $3 GROUP BY version) s ON s.version = v.number
		WHERE v.workflow = $1 AND v.number < $4 ORDER BY v.number DESC LIMIT $5`,
		w.UID, w.Workspace, int64(sharingv1.ShareState_SHARE_STATE_REVOKED), before, limit)
	return sqldb.All(rows, err, func(r sqldb.Scanner) (v listedVersion, err error) {
		err = r.Scan(&v.Workflow, &v.Number, &v.Hash, &v.Author, &v.Created, &v.pinned)
		return v, err
	})
}

func (v listedVersion) message(w Workflow) *sharingv1.WorkflowVersion {
	out := v.Version.message(w)
	out.PinnedShares = int32(v.pinned)
	return out
}
