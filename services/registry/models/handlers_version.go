package models

import (
	"context"

	"google.golang.org/protobuf/types/known/emptypb"

	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	"github.com/keyhole-dev/keyhole/services/kit/page"
)

// CreateModelVersion creates the next version, which waits for its artifact.
func (h *Handlers) CreateModelVersion(ctx context.Context, r *registryv1.CreateModelVersionRequest) (*registryv1.ModelVersion, error) {
	n, err := parseName(r.GetParent())
	if err != nil {
		return nil, err
	}
	v, err := h.store.CreateVersion(ctx, n, h.now())
	if err != nil {
		return nil, Error(err)
	}
	return v.Message(), nil
}

// ListModelVersions lists versions, newest first.
func (h *Handlers) ListModelVersions(ctx context.Context, r *registryv1.ListModelVersionsRequest) (*registryv1.ListModelVersionsResponse, error) {
	n, err := parseName(r.GetParent())
	if err != nil {
		return nil, err
	}
	if _, err := h.store.Get(ctx, n); err != nil {
		return nil, Error(err)
	}
	versions, next, err := page.List(h.pages, r, page.Listing[Version, int64]{
		Binding:  []string{"ListModelVersions", r.GetParent()},
		Read:     func(below int64, limit int) ([]Version, error) { return h.store.listVersions(ctx, n, below, limit) },
		CursorOf: func(v Version) int64 { return v.Number },
	})
	if err != nil {
		return nil, err
	}
	reply := &registryv1.ListModelVersionsResponse{NextPageToken: next}
	for _, v := range versions {
		reply.Versions = append(reply.Versions, v.Message())
	}
	return reply, nil
}

// GetModelVersion returns one version.
func (h *Handlers) GetModelVersion(ctx context.Context, r *registryv1.GetModelVersionRequest) (*registryv1.ModelVersion, error) {
	n, err := ParseVersion(r.GetName())
	if err != nil {
		return nil, err
	}
	v, err := h.store.Version(ctx, n)
	if err != nil {
		return nil, Error(err)
	}
	return v.Message(), nil
}

// DeleteModelVersion deletes one version and its artifact.
func (h *Handlers) DeleteModelVersion(ctx context.Context, r *registryv1.DeleteModelVersionRequest) (*emptypb.Empty, error) {
	n, err := ParseVersion(r.GetName())
	if err != nil {
		return nil, err
	}
	gone, err := h.store.DeleteVersion(ctx, n, h.artifacts.Orphan)
	if err != nil {
		return nil, Error(err)
	}
	h.artifacts.Drop(ctx, gone)
	return &emptypb.Empty{}, nil
}
