package models

import (
	"context"
	"errors"

	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// InternalHandlers implements the methods for models on the internal endpoint.
type InternalHandlers struct{ store *Store }

// NewInternalHandlers makes handlers.
func NewInternalHandlers(store *Store) *InternalHandlers { return &InternalHandlers{store} }

// CheckModels returns which version each model ID of a definition means, and whether the charged
// workspace may use it.
func (h *InternalHandlers) CheckModels(ctx context.Context, r *registryinternalv1.CheckModelsRequest) (*registryinternalv1.CheckModelsResponse, error) {
	reply := &registryinternalv1.CheckModelsResponse{}
	for _, id := range r.GetModelIds() {
		check, err := h.check(ctx, id, r)
		if err != nil {
			return nil, err
		}
		reply.Checks = append(reply.Checks, check)
	}
	return reply, nil
}

// check resolves an ID for the owner, because the definition is the owner's. A model that the owner may
// not use counts as missing, regardless of who is charged. If only public models count, the owner's
// private models count as missing too, and none of them hides a public model of the same short name. The
// owner's aliases are then ignored, because a stranger must not find out which exist.
func (h *InternalHandlers) check(ctx context.Context, id string, r *registryinternalv1.CheckModelsRequest) (*registryinternalv1.ModelCheck, error) {
	check := &registryinternalv1.ModelCheck{ModelId: id}
	counts := func(m Model) bool {
		return m.Public || !r.GetPublicOnly() && m.Workspace == r.GetOwnerWorkspace()
	}
	for _, c := range candidates(id, r.GetOwnerWorkspace()) {
		if r.GetPublicOnly() && c.aliases != publicWorkspace {
			c.aliases = ""
		}
		found, err := h.store.mean(ctx, id, c)
		if err != nil {
			return nil, err
		}
		check.Aliased = found.aliased
		if counts(found.model) {
			v, err := h.store.readyVersion(ctx, found.model, found.number)
			if err == nil {
				check.Exists, check.Version, check.Usable = true, v.VersionName.String(), found.model.usableBy(r.GetChargedWorkspace())
				return check, nil
			}
			if !errors.Is(err, sqldb.ErrNoRow) {
				return nil, err
			}
		}
		if found.aliased { // the alias decides, even if its model was deleted
			return check, nil
		}
	}
	return check, nil
}

// maxSuggested bounds the models that are suggested for one task.
const maxSuggested = 10

// SuggestModels returns models of the owner, and public ones, for tasks.
func (h *InternalHandlers) SuggestModels(ctx context.Context, r *registryinternalv1.SuggestModelsRequest) (*registryinternalv1.SuggestModelsResponse, error) {
	reply := &registryinternalv1.SuggestModelsResponse{}
	for _, task := range r.GetTasks() {
		found, err := h.store.suggest(ctx, r.GetOwnerWorkspace(), task, maxSuggested)
		if err != nil {
			return nil, err
		}
		for _, m := range found {
			reply.Models = append(reply.Models, &registryinternalv1.SuggestedModel{Name: m.Name.String(), Task: m.Task})
		}
	}
	return reply, nil
}

// Ready reads a version that runs can use. Number 0 is the newest.
func (s *Store) Ready(ctx context.Context, n VersionName) (Model, Version, error) {
	m, err := s.Get(ctx, n.Name)
	if err != nil {
		return Model{}, Version{}, err
	}
	v, err := s.readyVersion(ctx, m, n.Number)
	return m, v, err
}

func (s *Store) readyVersion(ctx context.Context, m Model, number int64) (Version, error) {
	if number == 0 {
		number = m.Latest
	}
	v, err := s.Version(ctx, VersionName{m.Name, number})
	if err == nil && v.State != registryv1.State_STATE_READY {
		return Version{}, sqldb.ErrNoRow
	}
	return v, err
}
