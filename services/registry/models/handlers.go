package models

import (
	"context"
	"database/sql"
	"time"

	"google.golang.org/protobuf/types/known/emptypb"

	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// Artifacts learns of versions that are deleted.
type Artifacts interface {
	// Orphan records, in the transaction that deletes versions, that their artifacts have none.
	Orphan(ctx context.Context, tx *sql.Tx, gone []Version) error
	// Drop deletes artifacts after that transaction.
	Drop(ctx context.Context, gone []Version)
}

// Handlers implements the methods for models and versions on the public endpoint. The access rules
// in the proto have checked that the caller may use the workspace in the request.
type Handlers struct {
	store     *Store
	artifacts Artifacts
	pages     *page.Tokens
	now       func() time.Time
}

// NewHandlers makes handlers.
func NewHandlers(store *Store, artifacts Artifacts, pages *page.Tokens, now func() time.Time) *Handlers {
	return &Handlers{store: store, artifacts: artifacts, pages: pages, now: now}
}

// CreateModel creates a model without versions.
func (h *Handlers) CreateModel(ctx context.Context, r *registryv1.CreateModelRequest) (*registryv1.Model, error) {
	m := Model{
		Name:  Name{resource.WorkspaceID(r.GetParent()), r.GetModelId()},
		Title: r.GetModel().GetTitle(), Task: r.GetModel().GetTask(),
		Public: isPublic(r.GetModel()), Created: h.now(),
	}
	if err := leak.NewGate().Text("model_id", r.GetModelId()).Text("model.title", m.Title).Text("model.task", m.Task).Err(); err != nil {
		return nil, err
	}
	if err := h.store.Create(ctx, m); err != nil {
		if sqldb.IsUniqueViolation(err) {
			return nil, resource.Taken("model", r.GetModelId())
		}
		return nil, err
	}
	return m.message(), nil
}

// ListModels lists models by ID.
func (h *Handlers) ListModels(ctx context.Context, r *registryv1.ListModelsRequest) (*registryv1.ListModelsResponse, error) {
	models, next, err := page.List(h.pages, r, page.Listing[Model, string]{
		Binding: []string{"ListModels", r.GetParent(), r.GetText()},
		Read: func(after string, limit int) ([]Model, error) {
			return h.store.list(ctx, resource.WorkspaceID(r.GetParent()), r.GetText(), after, limit)
		},
		CursorOf: func(m Model) string { return m.Name.Model },
	})
	if err != nil {
		return nil, err
	}
	reply := &registryv1.ListModelsResponse{NextPageToken: next}
	if r.GetPageToken() == "" {
		if reply.TotalSize, err = h.store.count(ctx, resource.WorkspaceID(r.GetParent()), r.GetText()); err != nil {
			return nil, err
		}
	}
	for _, m := range models {
		reply.Models = append(reply.Models, m.message())
	}
	return reply, nil
}

// GetModel returns one model.
func (h *Handlers) GetModel(ctx context.Context, r *registryv1.GetModelRequest) (*registryv1.Model, error) {
	n, err := parseName(r.GetName())
	if err != nil {
		return nil, err
	}
	return h.get(ctx, n)
}

func (h *Handlers) get(ctx context.Context, n Name) (*registryv1.Model, error) {
	m, err := h.store.Get(ctx, n)
	if err != nil {
		return nil, Error(err)
	}
	return m.message(), nil
}

// UpdateModel changes title or visibility.
func (h *Handlers) UpdateModel(ctx context.Context, r *registryv1.UpdateModelRequest) (*registryv1.Model, error) {
	n, err := parseName(r.GetModel().GetName())
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
	if err := h.store.update(ctx, n, title, public); err != nil {
		return nil, Error(err)
	}
	return h.get(ctx, n)
}

// DeleteModel deletes a model with its versions.
func (h *Handlers) DeleteModel(ctx context.Context, r *registryv1.DeleteModelRequest) (*emptypb.Empty, error) {
	n, err := parseName(r.GetName())
	if err != nil {
		return nil, err
	}
	gone, err := h.store.Delete(ctx, n, h.artifacts.Orphan)
	if err != nil {
		return nil, Error(err)
	}
	h.artifacts.Drop(ctx, gone)
	return &emptypb.Empty{}, nil
}
