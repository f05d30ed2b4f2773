package registry

import (
	"context"

	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"

	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	"github.com/keyhole-dev/keyhole/services/kit/page"
)

func (v version) proto() *registryv1.ModelVersion {
	return &registryv1.ModelVersion{
		Name: v.versionName.String(), State: v.state, Sha256: v.sha256, SizeBytes: v.size, Problem: v.problem,
		Inputs: tensors(v.signature.Inputs), Outputs: tensors(v.signature.Outputs), CreateTime: timestamppb.New(v.created),
	}
}

func tensors(all []tensor) []*registryv1.Tensor {
	var out []*registryv1.Tensor
	for _, t := range all {
		out = append(out, &registryv1.Tensor{Name: t.Name, Type: t.Type, Shape: t.Shape})
	}
	return out
}

// CreateModelVersion creates the next version, which awaits its artifact.
func (f *publicFace) CreateModelVersion(ctx context.Context, r *registryv1.CreateModelVersionRequest) (*registryv1.ModelVersion, error) {
	n, err := parseModel(r.GetParent())
	if err != nil {
		return nil, err
	}
	v, err := f.store.createVersion(ctx, n, f.now())
	if err != nil {
		return nil, err
	}
	return v.proto(), nil
}

// ListModelVersions lists versions, newest first.
func (f *publicFace) ListModelVersions(ctx context.Context, r *registryv1.ListModelVersionsRequest) (*registryv1.ListModelVersionsResponse, error) {
	n, err := parseModel(r.GetParent())
	if err != nil {
		return nil, err
	}
	if _, err := f.store.model(ctx, n); err != nil {
		return nil, err
	}
	versions, next, err := page.List(f.pages, r, page.Listing[version, int64]{
		Binding:  []string{"ListModelVersions", r.GetParent()},
		Read:     func(below int64, limit int) ([]version, error) { return f.store.versions(ctx, n, below, limit) },
		CursorOf: func(v version) int64 { return v.number },
	})
	if err != nil {
		return nil, err
	}
	reply := &registryv1.ListModelVersionsResponse{NextPageToken: next}
	for _, v := range versions {
		reply.Versions = append(reply.Versions, v.proto())
	}
	return reply, nil
}

// GetModelVersion returns one version.
func (f *publicFace) GetModelVersion(ctx context.Context, r *registryv1.GetModelVersionRequest) (*registryv1.ModelVersion, error) {
	n, err := parseVersion(r.GetName())
	if err != nil {
		return nil, err
	}
	v, err := f.store.version(ctx, n)
	if err != nil {
		return nil, err
	}
	return v.proto(), nil
}

// DeleteModelVersion deletes one version and its artifact.
func (f *publicFace) DeleteModelVersion(ctx context.Context, r *registryv1.DeleteModelVersionRequest) (*emptypb.Empty, error) {
	n, err := parseVersion(r.GetName())
	if err != nil {
		return nil, err
	}
	gone, err := f.store.deleteVersion(ctx, n, f.now())
	if err != nil {
		return nil, err
	}
	f.dropBlobs(ctx, gone...)
	return &emptypb.Empty{}, nil
}
