package peers

import (
	"context"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
)

// Pins say what model IDs of a version meant when it was saved or shared: resource names of
// models or of their versions. A link uses them, so that a later alias or model of that name
// does not change what the link runs.
type Pins map[string]string

// Covers reports whether there is a pin for each ID.
func (p Pins) Covers(ids []string) bool {
	return !slices.ContainsFunc(ids, func(id string) bool { return p[id] == "" })
}

// OrNone returns the pins, an empty map instead of nil.
func (p Pins) OrNone() Pins {
	if p == nil {
		return Pins{}
	}
	return p
}

// apply replaces pinned IDs by what they mean.
func (p Pins) apply(ids []string) []string {
	if len(p) == 0 {
		return ids
	}
	out := slices.Clone(ids)
	for i, id := range ids {
		if pin := p[id]; pin != "" {
			out[i] = pin
		}
	}
	return out
}

// restore returns the answers with the IDs of the definition. The answers are shared with
// others, so it copies those that it changes.
func (p Pins) restore(ids []string, checks []*registryinternalv1.ModelCheck) []*registryinternalv1.ModelCheck {
	if len(p) == 0 {
		return checks
	}
	out := slices.Clone(checks)
	for i, id := range ids {
		if p[id] != "" {
			out[i] = proto.CloneOf(checks[i])
			out[i].ModelId = id
		}
	}
	return out
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
