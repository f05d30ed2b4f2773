package models

import (
	"context"
	"errors"

	"google.golang.org/protobuf/types/known/emptypb"

	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// CreateModelAlias maps a name to a model.
func (h *Handlers) CreateModelAlias(ctx context.Context, r *registryv1.CreateModelAliasRequest) (*registryv1.ModelAlias, error) {
	a := Alias{Workspace: resource.WorkspaceID(r.GetParent()), Name: r.GetModelAlias().GetAlias(), Created: h.now()}
	a.Updated = a.Created
	if err := checkAliasName(a.Name); err != nil {
		return nil, err
	}
	if err := leak.Text("model_alias.alias", a.Name); err != nil {
		return nil, err
	}
	var err error
	if a.Target, err = h.target(ctx, a.Workspace, r.GetModelAlias().GetModel()); err != nil {
		return nil, err
	}
	if err := h.store.createAlias(ctx, a); err != nil {
		if sqldb.IsUniqueViolation(err) {
			return nil, resource.Taken("alias", a.Name)
		}
		return nil, err
	}
	return h.alias(ctx, a.Workspace, a.Name)
}

// target reads the model for an alias of a workspace. The answer for a model
// that the workspace may not use is the same as for one that does not exist.
func (h *Handlers) target(ctx context.Context, workspace, name string) (VersionName, error) {
	n, err := parseTarget(name)
	if err != nil {
		return n, err
	}
	m, err := h.store.Get(ctx, n.Name)
	if errors.Is(err, sqldb.ErrNoRow) || err == nil && !m.usableBy(workspace) {
		return n, notFound().Field("model_alias.model", "names no model that the workspace may use")
	}
	if err != nil {
		return n, err
	}
	if workspace == publicWorkspace && !m.Public {
		return n, resource.Invalid("model_alias.model", "is private, and an alias of the operator is for everyone; make the model public first")
	}
	if n.Number == 0 {
		return n, nil
	}
	_, err = h.store.readyVersion(ctx, m, n.Number)
	if errors.Is(err, sqldb.ErrNoRow) {
		return n, notFound().Field("model_alias.model", "names no ready version of the model")
	}
	return n, err
}

func (h *Handlers) alias(ctx context.Context, workspace, name string) (*registryv1.ModelAlias, error) {
	a, err := h.store.alias(ctx, workspace, name)
	if err != nil {
		return nil, aliasError(err)
	}
	return a.message(), nil
}

func aliasError(err error) error {
	if errors.Is(err, sqldb.ErrNoRow) {
		return aliasNotFound()
	}
	return err
}

// ListModelAliases lists aliases by name.
func (h *Handlers) ListModelAliases(ctx context.Context, r *registryv1.ListModelAliasesRequest) (*registryv1.ListModelAliasesResponse, error) {
	aliases, next, err := page.List(h.pages, r, page.Listing[Alias, string]{
		Binding: []string{"ListModelAliases", r.GetParent()},
		Read: func(after string, limit int) ([]Alias, error) {
			return h.store.listAliases(ctx, resource.WorkspaceID(r.GetParent()), after, limit)
		},
		CursorOf: func(a Alias) string { return a.Name },
	})
	if err != nil {
		return nil, err
	}
	reply := &registryv1.ListModelAliasesResponse{NextPageToken: next}
	for _, a := range aliases {
		reply.ModelAliases = append(reply.ModelAliases, a.message())
	}
	return reply, nil
}

// GetModelAlias returns one alias.
func (h *Handlers) GetModelAlias(ctx context.Context, r *registryv1.GetModelAliasRequest) (*registryv1.ModelAlias, error) {
	workspace, name, err := parseAlias(r.GetName())
	if err != nil {
		return nil, err
	}
	return h.alias(ctx, workspace, name)
}

// UpdateModelAlias maps the name to another model.
func (h *Handlers) UpdateModelAlias(ctx context.Context, r *registryv1.UpdateModelAliasRequest) (*registryv1.ModelAlias, error) {
	in := r.GetModelAlias()
	workspace, name, err := parseAlias(in.GetName())
	if err != nil {
		return nil, err
	}
	mask, err := resource.Mask(r.GetUpdateMask().GetPaths(), []string{"model"}, []string{"name", "alias"})
	if err != nil {
		return nil, err
	}
	before, err := h.alias(ctx, workspace, name)
	if err != nil || mask != nil && len(mask) == 0 {
		return before, err
	}
	a := Alias{Workspace: workspace, Name: name, Updated: h.now()}
	if a.Target, err = h.target(ctx, workspace, in.GetModel()); err != nil {
		return nil, err
	}
	if err := h.store.updateAlias(ctx, a); err != nil {
		return nil, aliasError(err)
	}
	return h.alias(ctx, workspace, name)
}

// DeleteModelAlias deletes an alias.
func (h *Handlers) DeleteModelAlias(ctx context.Context, r *registryv1.DeleteModelAliasRequest) (*emptypb.Empty, error) {
	workspace, name, err := parseAlias(r.GetName())
	if err != nil {
		return nil, err
	}
	if err := h.store.deleteAlias(ctx, workspace, name); err != nil {
		return nil, aliasError(err)
	}
	return &emptypb.Empty{}, nil
}
