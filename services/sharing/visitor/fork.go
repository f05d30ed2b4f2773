package visitor

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/peers"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
	"github.com/keyhole-dev/keyhole/services/sharing/workflows"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/rewrite"
)

// forks copies what links open.
type forks struct {
	workflows   *workflows.Workflows
	definitions *definition.Cache
	catalogue   *manifest.Catalogue
	peers       *peers.Peers
}

// fork stores a copy in the workspace of the caller, or only reports on it.
func (f *forks) fork(ctx context.Context, who caller.Principal, opened *shares.Resolved, r *sharingv1.ForkSharedWorkflowRequest) (*sharingv1.ForkSharedWorkflowResponse, error) {
	if err := opened.Forkable(); err != nil {
		return nil, err
	}
	ws := resource.Segment(r.GetParent(), 0)
	raw, err := f.copy(ctx, opened, ws)
	if err != nil {
		return nil, err
	}
	report, err := f.report(ctx, ws, f.definitions.Of(raw, definition.Hash(raw)))
	if err != nil {
		return nil, err
	}
	report.ForkedFrom = fmt.Sprintf("%q of %s, version %d", opened.Workflow.Title, opened.Owner, opened.Version.Number)
	if err := leak.NewGate().Text("workflow_id", r.GetWorkflowId()).Text("title", r.GetTitle()).Err(); err != nil {
		return nil, err
	}
	if r.GetValidateOnly() {
		return &sharingv1.ForkSharedWorkflowResponse{Report: report}, nil
	}
	w, err := f.workflows.Insert(ctx, workflows.NewWorkflow{
		Workspace: ws, ID: r.GetWorkflowId(), Title: cmp.Or(r.GetTitle(), opened.Workflow.Title), Description: opened.Workflow.Description,
		ForkedFrom: report.GetForkedFrom(), Author: who.Key, Definition: raw,
	})
	if err != nil {
		return nil, err
	}
	return &sharingv1.ForkSharedWorkflowResponse{Workflow: w, Report: report}, nil
}

// copy returns the definition for the new owner. Every slot is unbound, secrets that an
// older version may still hold are gone, and the names of models mean the same in the
// other workspace.
func (f *forks) copy(ctx context.Context, opened *shares.Resolved, ws string) ([]byte, error) {
	parsed, problems := workflow.Parse(opened.Version.Definition)
	if parsed == nil {
		return nil, definition.Invalid(problems)
	}
	texts := map[string]string{}
	for _, l := range inspect.Literals(parsed, f.catalogue) {
		if node, ok := parsed.Root.Lookup(l.Pointer); ok {
			texts[l.Pointer] = definition.Unbind(l, node.Text)
		}
	}
	if err := f.nameModels(ctx, opened, ws, texts); err != nil {
		return nil, err
	}
	raw, err := rewrite.Replace(parsed, texts)
	if err != nil {
		return nil, fmt.Errorf("rewrite fork: %w", err)
	}
	if parsed, problems = workflow.Parse(raw); parsed == nil {
		return nil, definition.Invalid(problems)
	}
	if raw, err = rewrite.Unbind(parsed); err != nil {
		return nil, fmt.Errorf("unbind fork: %w", err)
	}
	return f.redacted(raw)
}

// redacted removes what the language does not know. It may be anything, and the view of a
// link does not show it: a fork must not reveal more than the view.
func (f *forks) redacted(raw []byte) ([]byte, error) {
	a := f.definitions.Analyze(raw)
	if a.Redacted == nil {
		return nil, definition.Invalid(a.Problems)
	}
	return definition.Canonical(a.Redacted)
}

// nameModels replaces the short names of models that the new owner may use by full ones. A
// short name is looked up in the workspace that owns the definition. It is in a step or in
// the default of an input. What an alias of the owner means stays with the owner.
func (f *forks) nameModels(ctx context.Context, opened *shares.Resolved, ws string, texts map[string]string) error {
	checks, err := f.peers.Models(ctx, opened.Share.Workspace, ws, opened.Analysis.ModelIDs(), opened.Version.Pins)
	if err != nil {
		return err
	}
	for _, m := range opened.Analysis.Models {
		for _, c := range checks {
			model := resource.Segment(c.GetVersion(), 1) + "/" + resource.Segment(c.GetVersion(), 2)
			if m.Pointer != "" && m.ID == c.GetModelId() && c.GetUsable() && m.ID == model {
				texts[m.Pointer] = resource.Segment(c.GetVersion(), 0) + "/" + model
			}
		}
	}
	return nil
}

// report says what the fork lacks in its workspace.
func (f *forks) report(ctx context.Context, ws string, a *definition.Analysis) (*sharingv1.ForkReport, error) {
	known, err := f.peers.Credentials(ctx, ws, a.CredentialIDs())
	if err != nil {
		return nil, err
	}
	checks, err := f.peers.Models(ctx, ws, ws, a.ModelIDs(), nil)
	if err != nil {
		return nil, err
	}
	out := &sharingv1.ForkReport{UnboundSlots: a.SlotMessages(ws, known)}
	for _, c := range checks {
		if !c.GetUsable() && !slices.Contains(out.UnreachableModels, c.GetModelId()) {
			out.UnreachableModels = append(out.UnreachableModels, c.GetModelId())
		}
	}
	return out, nil
}
