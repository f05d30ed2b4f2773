package sharing

import (
	"context"
	"fmt"
	"slices"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/sharing/resource"
	"github.com/keyhole-dev/keyhole/services/workflow"
)

// InspectWorkflow implements the RPC. Problems are its answer, not its error.
func (s public) InspectWorkflow(ctx context.Context, r *sharingv1.InspectWorkflowRequest) (*sharingv1.InspectWorkflowResponse, error) {
	w, err := s.find(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	if given(r.GetDefinition()) {
		raw, err := documentOf(r.GetDefinition())
		if err != nil {
			return nil, err
		}
		out, err := s.inspection(ctx, w.Workspace, s.analyses.analyse(raw, ""))
		if err != nil {
			return nil, err
		}
		out.Problems = append(out.Problems, s.literalProblems(raw)...)
		return out, nil
	}
	number := int64(r.GetVersion())
	if number == 0 {
		number = w.Live
	}
	v, err := s.versionOf(ctx, w, number)
	if err != nil {
		return nil, err
	}
	out, err := s.inspection(ctx, w.Workspace, s.analyses.of(v.Definition, v.Hash))
	if err != nil {
		return nil, err
	}
	out.SuspendedShares, err = s.suspendedShares(ctx, w)
	return out, err
}

// maxInspected bounds the shares that an inspection asks the vault about.
const maxInspected = 50

// suspendedShares are those that wait for their owner's word.
func (s *Service) suspendedShares(ctx context.Context, w workflowRow) ([]string, error) {
	rows, err := s.store.shares(ctx, w.Workspace, w.UID, shareCursor{}, false, maxInspected)
	if err != nil {
		return nil, fmt.Errorf("list shares: %w", err)
	}
	var names []string
	for _, row := range rows {
		if !row.hidden() {
			continue
		}
		name := resource.Share(w.Workspace, w.ID, row.ID)
		grant, err := s.vault.GetCredentialGrant(ctx, &vaultinternalv1.GetCredentialGrantRequest{Share: name})
		if err != nil {
			return nil, fmt.Errorf("read credential grant: %w", err)
		}
		if waits(grant) {
			names = append(names, name)
		}
	}
	return names, nil
}

// inspection is what an owner sees of an analysis, with what the vault and the
// registry know of the names in it.
func (s *Service) inspection(ctx context.Context, ws string, look *analysis) (*sharingv1.InspectWorkflowResponse, error) {
	out := &sharingv1.InspectWorkflowResponse{
		Interface: look.own, Sinks: look.sinks, Destinations: look.destinations, Problems: problemMessages(look.problems),
		SharingProblems: obstacleMessages(look.obstacles),
	}
	misplaced, err := s.misplaced(ctx, ws, look)
	if err != nil {
		return nil, err
	}
	out.Problems = append(out.Problems, problemMessages(misplaced)...)
	private, missing, err := s.strangeModels(ctx, ws, look)
	if err != nil {
		return nil, err
	}
	out.PrivateModels = private
	for _, m := range look.models {
		out.Models = append(out.Models, &sharingv1.ModelUse{
			Step: m.step, ModelId: m.id, Private: slices.Contains(private, m.id), Missing: slices.Contains(missing, m.id),
			FromInput: m.open(),
		})
	}
	if out.Slots, err = s.slotMessages(ctx, ws, look); err != nil {
		return nil, err
	}
	if out.UnknownDestinations, err = s.unknownDestinations(ctx, look); err != nil {
		return nil, err
	}
	out.Notices = notices(&sharingv1.Detected{
		PrivateModels: private, Slots: out.Slots, Sinks: out.Sinks, UnknownDestinations: out.UnknownDestinations,
	}, false, false)
	return out, nil
}

// slotMessages are the slots as their owner sees them.
func (s *Service) slotMessages(ctx context.Context, ws string, look *analysis) ([]*sharingv1.Slot, error) {
	known, err := s.credentials(ctx, ws, look.credentialIDs())
	if err != nil {
		return nil, err
	}
	var out []*sharingv1.Slot
	for _, sl := range look.slots {
		if sl.input != "" { // whoever runs it brings that one: an input, not a slot
			continue
		}
		m := &sharingv1.Slot{
			Step: sl.step, Field: sl.field, Provider: sl.provider, Destination: display(sl.destination), DestinationConstant: sl.constant,
		}
		if sl.credential != "" {
			m.Credential = resource.Credential(ws, sl.credential)
			m.CredentialMissing = known[sl.credential] == nil
		}
		out = append(out, m)
	}
	return out, nil
}

func problemMessages(problems workflow.Problems) []*sharingv1.Problem {
	var out []*sharingv1.Problem
	for _, p := range problems {
		out = append(out, &sharingv1.Problem{Step: p.Step, Field: p.Field, Kind: string(p.Kind), Message: p.Message})
	}
	return out
}

// literalProblems tells of secrets in a definition that is not saved yet.
func (s *Service) literalProblems(raw []byte) []*sharingv1.Problem {
	definition, _ := workflow.Parse(raw)
	if definition == nil {
		return nil
	}
	var out []*sharingv1.Problem
	for _, l := range s.literals(definition) {
		message := "looks like a secret; definitions hold none: store it as a credential and refer to it in a credential field"
		if l.Replaceable {
			message = "is a secret; on save it goes to the vault and leaves a reference"
		}
		step, field := l.Step, l.Field
		if path := literalPath(l); leak.Find(step + " " + field) { // a name is the secret
			step, field = "", path
		}
		out = append(out, &sharingv1.Problem{Step: step, Field: field, Kind: "literal_secret", Message: message})
	}
	return out
}
