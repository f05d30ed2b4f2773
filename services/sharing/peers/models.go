package peers

import (
	"context"
	"fmt"
	"slices"
	"strings"

	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
)

// Stranger stands for any other workspace when the registry is asked whether a model is
// private. It is no valid workspace ID, so it owns no models. The workspace of the guest
// key would be wrong: its private models would count as public.
const Stranger = "-"

// Models resolves the model IDs in an owner's definition, and reports whether the keys of
// the charged workspace may use them. The answers have the order of the IDs. pins fix what
// some of the IDs mean, even if the owner's aliases have changed; nil for none.
func (p *Peers) Models(ctx context.Context, owner, charged string, ids []string, pins Pins) ([]*registryinternalv1.ModelCheck, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	key := cacheKey(slices.Concat([]string{owner, charged}, pins.apply(ids)))
	checks, err := p.models.Get(ctx, key, func(ctx context.Context) ([]*registryinternalv1.ModelCheck, error) {
		parts := strings.Split(key, separator)
		return p.checkModels(ctx, &registryinternalv1.CheckModelsRequest{
			OwnerWorkspace: parts[0], ChargedWorkspace: parts[1], ModelIds: parts[2:],
		})
	})
	if err != nil {
		return nil, err
	}
	return pins.restore(ids, checks), nil
}

// PublicModels resolves model IDs that somebody other than the owner of the definition sent. It keeps no answer:
// strangers could fill the cache with guesses.
func (p *Peers) PublicModels(ctx context.Context, owner string, ids []string) ([]*registryinternalv1.ModelCheck, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return p.checkModels(ctx, &registryinternalv1.CheckModelsRequest{
		OwnerWorkspace: owner, ChargedWorkspace: Stranger, ModelIds: ids, PublicOnly: true,
	})
}

// ForStrangers returns the models of an owner's definition that keys of other workspaces
// may not use, and those that do not exist.
func (p *Peers) ForStrangers(ctx context.Context, owner string, ids []string, pins Pins) (private, missing []string, err error) {
	checks, err := p.Models(ctx, owner, Stranger, ids, pins)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range checks {
		switch {
		case !c.GetExists():
			missing = append(missing, c.GetModelId())
		case !c.GetUsable():
			private = append(private, c.GetModelId())
		}
	}
	return private, missing, nil
}

func (p *Peers) checkModels(ctx context.Context, r *registryinternalv1.CheckModelsRequest) ([]*registryinternalv1.ModelCheck, error) {
	out, err := p.registry.CheckModels(ctx, r)
	if err != nil {
		return nil, fmt.Errorf("check models: %w", err)
	}
	if len(out.GetChecks()) != len(r.GetModelIds()) {
		return nil, fmt.Errorf("check models: %d answers to %d questions", len(out.GetChecks()), len(r.GetModelIds()))
	}
	return out.GetChecks(), nil
}

// Pin returns what the model IDs of an owner's definition mean now, as far as they mean
// anything. It keeps no answer and uses none that was kept: a pin stays. have are pins that
// do not change.
func (p *Peers) Pin(ctx context.Context, owner string, ids []string, have Pins) (Pins, error) {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return have[id] != "" })
	if len(ids) == 0 {
		return have, nil
	}
	checks, err := p.checkModels(ctx, &registryinternalv1.CheckModelsRequest{OwnerWorkspace: owner, ChargedWorkspace: owner, ModelIds: ids})
	if err != nil {
		return nil, err
	}
	pins := Pins{}
	for id, pin := range have {
		pins[id] = pin
	}
	for _, c := range checks {
		if c.GetExists() {
			pins[c.GetModelId()] = pinOf(c)
		}
	}
	return pins, nil
}

// pinOf returns the version that an alias means. A name without a number stays the name of
// the newest version of its model.
func pinOf(c *registryinternalv1.ModelCheck) string {
	if model, _, ok := strings.Cut(c.GetVersion(), "/versions/"); ok && !c.GetAliased() && !strings.Contains(c.GetModelId(), "/") {
		return model
	}
	return c.GetVersion()
}

// Suggest returns models that an owner's definition could use for tasks, by task: resource
// names.
func (p *Peers) Suggest(ctx context.Context, owner string, tasks []string) (map[string][]string, error) {
	if len(tasks) == 0 {
		return nil, nil //nolint:nilnil // nothing to suggest
	}
	out, err := p.registry.SuggestModels(ctx, &registryinternalv1.SuggestModelsRequest{OwnerWorkspace: owner, Tasks: tasks})
	if err != nil {
		return nil, err
	}
	byTask := map[string][]string{}
	for _, m := range out.GetModels() {
		byTask[m.GetTask()] = append(byTask[m.GetTask()], m.GetName())
	}
	return byTask, nil
}
