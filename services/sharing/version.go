package sharing

import (
	"context"
	"fmt"
	"math"
	"strconv"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/sharing/resource"
)

// ListWorkflowVersions implements the RPC.
func (s public) ListWorkflowVersions(ctx context.Context, r *sharingv1.ListWorkflowVersionsRequest) (*sharingv1.ListWorkflowVersionsResponse, error) {
	w, err := s.find(ctx, r.GetParent())
	if err != nil {
		return nil, err
	}
	rows, next, err := page.List(s.pages, r, page.Listing[versionRow, int64]{
		First: math.MaxInt64, Binding: []string{"versions", w.UID},
		Read: func(before int64, limit int) ([]versionRow, error) {
			return s.store.versions(ctx, w.UID, before, limit)
		},
		CursorOf: func(v versionRow) int64 { return v.Number },
	})
	if err != nil {
		return nil, fmt.Errorf("list versions: %w", err)
	}
	out := &sharingv1.ListWorkflowVersionsResponse{NextPageToken: next}
	for _, v := range rows {
		out.Versions = append(out.Versions, v.message(w))
	}
	return out, nil
}

// message is the version as its workspace sees it; without a definition if it was
// read without.
func (v versionRow) message(w workflowRow) *sharingv1.WorkflowVersion {
	out := &sharingv1.WorkflowVersion{
		Name: resource.Version(w.Workspace, w.ID, v.Number), Number: int32(v.Number), VersionHash: v.Hash, Author: v.Author,
		CreateTime: resource.Timestamp(v.Created),
		Definition: v.Definition,
	}
	return out
}

// GetWorkflowVersion implements the RPC.
func (s public) GetWorkflowVersion(ctx context.Context, r *sharingv1.GetWorkflowVersionRequest) (*sharingv1.WorkflowVersion, error) {
	w, v, err := s.findVersion(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	return v.message(w), nil
}

func (s *Service) findVersion(ctx context.Context, name string) (workflowRow, versionRow, error) {
	w, err := s.find(ctx, name)
	if err != nil {
		return w, versionRow{}, err
	}
	number, err := strconv.ParseInt(resource.Segment(name, 2), 10, 32)
	if err != nil {
		return w, versionRow{}, resource.NotFound("version")
	}
	v, err := s.versionOf(ctx, w, number)
	return w, v, err
}

// RestoreWorkflowVersion implements the RPC. The old definition is looked over
// again: what was valid when it was saved may not be now.
func (s public) RestoreWorkflowVersion(ctx context.Context, r *sharingv1.RestoreWorkflowVersionRequest) (*sharingv1.Workflow, error) {
	if _, err := s.findLive(ctx, r.GetName()); err != nil {
		return nil, err
	}
	w, v, err := s.findVersion(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	raw, err := s.admit(ctx, w.Workspace, v.Definition)
	if err != nil {
		return nil, err
	}
	return s.save(ctx, w, raw)
}
