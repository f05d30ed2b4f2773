package workflows

import (
	"context"
	"slices"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/peers"
	"github.com/keyhole-dev/keyhole/services/workflow/wellknown"
)

// models returns the models of a definition as the owner sees them, and the IDs of the
// private ones. A name without a model gets candidates and advice.
func (s *Workflows) models(ctx context.Context, ws string, a *definition.Analysis) (uses []*sharingv1.ModelUse, private []string, err error) {
	checks, err := s.peers.Models(ctx, ws, peers.Stranger, a.ModelIDs(), nil)
	if err != nil {
		return nil, nil, err
	}
	var tasks []string // of missing models
	for _, m := range a.Models {
		use := &sharingv1.ModelUse{Step: m.Step, ModelId: m.ID, FromInput: m.Open(), Task: m.Task}
		for _, c := range checks {
			if c.GetModelId() == m.ID {
				use.Missing, use.Private, use.Aliased = !c.GetExists(), c.GetExists() && !c.GetUsable(), c.GetAliased()
			}
		}
		if use.GetPrivate() && !slices.Contains(private, m.ID) {
			private = append(private, m.ID)
		}
		if use.GetMissing() && m.Task != "" && !slices.Contains(tasks, m.Task) {
			tasks = append(tasks, m.Task)
		}
		uses = append(uses, use)
	}
	byTask, err := s.peers.Suggest(ctx, ws, tasks)
	if err != nil {
		return nil, nil, err
	}
	for _, use := range uses {
		if use.GetMissing() {
			use.Candidates = byTask[use.GetTask()]
			use.Advice = wellknown.Advice(use.GetModelId())
		}
	}
	return uses, private, nil
}
