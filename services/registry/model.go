package registry

import (
	"context"

	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

func (m model) proto() *registryv1.Model {
	visibility := registryv1.Visibility_VISIBILITY_PRIVATE
	if m.public {
		visibility = registryv1.Visibility_VISIBILITY_PUBLIC
	}
	return &registryv1.Model{
		Name: m.modelName.String(), Title: m.title, Task: m.task, Visibility: visibility,
		LatestVersion: int32(m.latest), CreateTime: timestamppb.New(m.created),
	}
}

// CreateModel creates a model without versions.
func (f *publicFace) CreateModel(ctx context.Context, r *registryv1.CreateModelRequest) (*registryv1.Model, error) {
	m := model{
		modelName: modelName{workspaceOf(r.GetParent()), r.GetModelId()},
		title:     r.GetModel().GetTitle(), task: r.GetModel().GetTask(),
		public: r.GetModel().GetVisibility() == registryv1.Visibility_VISIBILITY_PUBLIC, created: f.now(),
	}
	if err := leak.NewGate().Text("model_id", r.GetModelId()).Text("model.title", m.title).Text("model.task", m.task).Err(); err != nil {
		return nil, err
	}
	if err := f.store.createModel(ctx, m); err != nil {
		if sqldb.IsUniqueViolation(err) {
			return nil, errs.AlreadyExists(errorsv1.Reason_REASON_ALREADY_EXISTS, "there is a model %q already", r.GetModelId())
		}
		return nil, err
	}
	return m.proto(), nil
}

// ListModels lists models by id.
func (f *publicFace) ListModels(ctx context.Context, r *registryv1.ListModelsRequest) (*registryv1.ListModelsResponse, error) {
	models, next, err := page.List(f.pages, r, page.Listing[model, string]{
		Binding: []string{"ListModels", r.GetParent()},
		Read: func(after string, limit int) ([]model, error) {
			return f.store.models(ctx, workspaceOf(r.GetParent()), after, limit)
		},
		CursorOf: func(m model) string { return m.modelName.model },
	})
	if err != nil {
		return nil, err
	}
	reply := &registryv1.ListModelsResponse{NextPageToken: next}
	for _, m := range models {
		reply.Models = append(reply.Models, m.proto())
	}
	return reply, nil
}

// GetModel returns one model.
func (f *publicFace) GetModel(ctx context.Context, r *registryv1.GetModelRequest) (*registryv1.Model, error) {
	n, err := parseModel(r.GetName())
	if err != nil {
		return nil, err
	}
	return f.getModel(ctx, n)
}

func (s *Service) getModel(ctx context.Context, n modelName) (*registryv1.Model, error) {
	m, err := s.store.model(ctx, n)
	if err != nil {
		return nil, err
	}
	return m.proto(), nil
}

// UpdateModel changes title or visibility.
func (f *publicFace) UpdateModel(ctx context.Context, r *registryv1.UpdateModelRequest) (*registryv1.Model, error) {
	n, err := parseModel(r.GetModel().GetName())
	if err != nil {
		return nil, err
	}
	if err := leak.Text("model.title", r.GetModel().GetTitle()); err != nil {
		return nil, err
	}
	title, public, err := changes(r)
	if err != nil {
		return nil, err
	}
	if err := f.store.updateModel(ctx, n, title, public); err != nil {
		return nil, err
	}
	return f.getModel(ctx, n)
}

// changes reads the mask; nil is "leave it". The task is fixed with the model.
func changes(r *registryv1.UpdateModelRequest) (title *string, public *bool, err error) {
	for _, path := range r.GetUpdateMask().GetPaths() {
		switch path {
		case "title":
			t := r.GetModel().GetTitle()
			title = &t
		case "visibility":
			p := r.GetModel().GetVisibility() == registryv1.Visibility_VISIBILITY_PUBLIC
			public = &p
		case "name":
		default:
			return nil, nil, errs.InvalidArgument(errorsv1.Reason_REASON_INVALID_REQUEST, "%q cannot be changed; title and visibility can", path).
				Field("update_mask", "not a field that can be changed")
		}
	}
	return title, public, nil
}

// DeleteModel deletes a model with its versions.
func (f *publicFace) DeleteModel(ctx context.Context, r *registryv1.DeleteModelRequest) (*emptypb.Empty, error) {
	n, err := parseModel(r.GetName())
	if err != nil {
		return nil, err
	}
	gone, err := f.store.deleteModel(ctx, n, f.now())
	if err != nil {
		return nil, err
	}
	f.dropBlobs(ctx, gone...)
	return &emptypb.Empty{}, nil
}
