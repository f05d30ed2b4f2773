package workflows

import (
	"context"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/notice"
	"github.com/keyhole-dev/keyhole/services/workflow"
)

// InspectWorkflow implements the RPC. Problems are in the reply; they are not an error.
func (h *Handlers) InspectWorkflow(ctx context.Context, r *sharingv1.InspectWorkflowRequest) (*sharingv1.InspectWorkflowResponse, error) {
	w, err := h.flows.store.Find(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	if definition.IsSet(r.GetDefinition()) {
		return h.flows.inspectUnsaved(ctx, w.Workspace, r.GetDefinition())
	}
	number := int64(r.GetVersion())
	if number == 0 {
		if number = w.Live; number == 0 {
			return nil, w.Published()
		}
	}
	v, err := h.flows.store.Version(ctx, w, number)
	if err != nil {
		return nil, err
	}
	out, err := h.flows.inspection(ctx, w.Workspace, h.flows.definitions.Of(v.Definition, v.Hash))
	if err != nil {
		return nil, err
	}
	out.SuspendedShares, err = h.flows.dependents.Suspended(ctx, w)
	return out, err
}

// InspectDefinition implements the RPC.
func (h *Handlers) InspectDefinition(ctx context.Context, r *sharingv1.InspectDefinitionRequest) (*sharingv1.InspectWorkflowResponse, error) {
	return h.flows.inspectUnsaved(ctx, resource.Segment(r.GetParent(), 0), r.GetDefinition())
}

// inspectUnsaved inspects a definition of a request. It may hold secrets, so the cache must
// not keep it.
func (s *Workflows) inspectUnsaved(ctx context.Context, ws string, given []byte) (*sharingv1.InspectWorkflowResponse, error) {
	raw, err := definition.Canonical(given)
	if err != nil {
		return nil, err
	}
	var unfixed error
	if parsed, _ := workflow.Parse(raw); parsed != nil {
		if parsed, unfixed = s.embedded(ctx, ws, parsed); unfixed == nil {
			if parsed, err = s.definitions.BindSecrets(parsed); err != nil {
				return nil, err
			}
			raw = parsed.Raw
		}
	}
	out, err := s.inspection(ctx, ws, s.definitions.Analyze(raw))
	if err != nil {
		return nil, err
	}
	if unfixed != nil {
		out.Problems = append(out.Problems, &sharingv1.Problem{Kind: string(workflow.KindReference), Message: errs.From(unfixed).Message()})
	}
	out.Problems = append(out.Problems, s.definitions.LiteralProblems(raw)...)
	return out, nil
}

// inspection returns an analysis as the owner sees it, completed with what the vault and
// the registry know of the names in it.
func (s *Workflows) inspection(ctx context.Context, ws string, analysis *definition.Analysis) (*sharingv1.InspectWorkflowResponse, error) {
	out := &sharingv1.InspectWorkflowResponse{
		Interface: analysis.OwnInterface, Sinks: analysis.Sinks, Destinations: analysis.Destinations, Problems: definition.ProblemMessages(analysis.Problems),
		SharingProblems: definition.ObstacleMessages(analysis.Obstacles), NotRunnable: analysis.NotRunnableMessages(),
		Graph: analysis.Graph, Steps: analysis.Steps,
	}
	if analysis.Graph == nil {
		out.Graph, out.Steps = s.definitions.Sketch(analysis.Raw)
	}
	known, err := s.peers.Credentials(ctx, ws, analysis.CredentialIDs())
	if err != nil {
		return nil, err
	}
	out.Slots = analysis.SlotMessages(ws, known)
	out.Problems = append(out.Problems, definition.ProblemMessages(analysis.Misplaced(known))...)
	if out.Models, out.PrivateModels, err = s.models(ctx, ws, analysis); err != nil {
		return nil, err
	}
	unknown, err := s.peers.UnknownDestinations(ctx, analysis.OwnerDestinations())
	if err != nil {
		return nil, err
	}
	out.UnknownDestinations = definition.DisplayAll(unknown)
	out.Notices = notice.For(&sharingv1.Detected{
		PrivateModels: out.PrivateModels, Slots: out.Slots, Sinks: out.Sinks, UnknownDestinations: out.UnknownDestinations,
	}, false, false)
	return out, nil
}
