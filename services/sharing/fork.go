package sharing

import (
	"context"
	"fmt"
	"slices"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
	"github.com/keyhole-dev/keyhole/services/sharing/workflows"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
	"github.com/keyhole-dev/keyhole/services/workflow/rewrite"
)

// ForkSharedWorkflow implements the RPC. The fork is the caller's own from the first
// moment; nothing in it refers to what is the owner's.
func (s public) ForkSharedWorkflow(ctx context.Context, r *sharingv1.ForkSharedWorkflowRequest) (*sharingv1.ForkSharedWorkflowResponse, error) {
	right, err := s.resolver.ByToken(ctx, r.GetToken())
	if err != nil {
		return nil, err
	}
	if err := right.Visible(s.now()); err != nil {
		return nil, err
	}
	if right.Share.ForkDisabled {
		return nil, errs.PermissionDenied(errorsv1.Reason_REASON_PERMISSION_DENIED, "the owner does not allow forks of this workflow")
	}
	ws := resource.Segment(r.GetParent(), 0)
	raw, err := s.forked(ctx, right, ws)
	if err != nil {
		return nil, err
	}
	from := fmt.Sprintf("%q of %s, version %d", right.Workflow.Title, right.Owner, right.Version.Number)
	report, err := s.forkReport(ctx, ws, s.definitions.Of(raw, definition.Hash(raw)))
	if err != nil {
		return nil, err
	}
	report.ForkedFrom = from
	if err := leak.NewGate().Text("workflow_id", r.GetWorkflowId()).Text("title", r.GetTitle()).Err(); err != nil {
		return nil, err
	}
	if r.GetValidateOnly() {
		return &sharingv1.ForkSharedWorkflowResponse{Report: report}, nil
	}
	title := r.GetTitle()
	if title == "" {
		title = right.Workflow.Title
	}
	w, err := s.workflows.Insert(ctx, workflows.NewWorkflow{
		Workspace: ws, ID: r.GetWorkflowId(), Title: title, Description: right.Workflow.Description, ForkedFrom: from, Definition: raw, Author: caller.From(ctx).Key,
	})
	if err != nil {
		return nil, err
	}
	return &sharingv1.ForkSharedWorkflowResponse{Workflow: w, Report: report}, nil
}

// forked is the definition as the new owner gets it: every slot unbound, secrets that
// an older version may still hold taken out, and models by names that mean the same
// from another workspace.
func (s *Service) forked(ctx context.Context, r *shares.Resolved, ws string) ([]byte, error) {
	parsed, problems := workflow.Parse(r.Version.Definition)
	if parsed == nil {
		return nil, definition.Invalid(problems)
	}
	texts := map[string]string{}
	for _, l := range inspect.Literals(parsed, s.catalogue) {
		if node, ok := parsed.Root.Lookup(l.Pointer); ok {
			texts[l.Pointer] = definition.Unbind(l, node.Text)
		}
	}
	if err := s.absoluteModels(ctx, r, ws, texts); err != nil {
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
	return s.shown(raw)
}

// shown is a definition without what the language does not know, which may be
// anything and which the view of a link leaves out: a fork says no more than the view.
func (s *Service) shown(raw []byte) ([]byte, error) {
	analysis := s.definitions.Analyze(raw)
	if analysis.Redacted == nil {
		return nil, definition.Invalid(analysis.Problems)
	}
	return definition.Canonical(analysis.Redacted)
}

// absoluteModels names models that the new owner may use by their full ids: a short
// one is looked up in the workspace of whoever owns the definition. It may be written
// in a step or be what an input says where nobody says otherwise.
func (s *Service) absoluteModels(ctx context.Context, r *shares.Resolved, ws string, texts map[string]string) error {
	checks, err := s.peers.Models(ctx, r.Share.Workspace, ws, r.Analysis.ModelIDs())
	if err != nil {
		return err
	}
	for _, m := range r.Analysis.Models {
		for _, c := range checks {
			if m.Pointer != "" && m.ID == c.GetModelId() && c.GetUsable() && strings.Count(m.ID, "/") == 1 {
				texts[m.Pointer] = fmt.Sprintf("%s/%s/%s", resource.Segment(c.GetVersion(), 0), resource.Segment(c.GetVersion(), 1), resource.Segment(c.GetVersion(), 2))
			}
		}
	}
	return nil
}

// forkReport says what the fork lacks.
func (s *Service) forkReport(ctx context.Context, ws string, analysis *definition.Analysis) (*sharingv1.ForkReport, error) {
	known, err := s.peers.Credentials(ctx, ws, analysis.CredentialIDs())
	if err != nil {
		return nil, err
	}
	out := &sharingv1.ForkReport{UnboundSlots: analysis.SlotMessages(ws, known)}
	checks, err := s.peers.Models(ctx, ws, ws, analysis.ModelIDs())
	if err != nil {
		return nil, err
	}
	for _, c := range checks {
		if !c.GetUsable() && !slices.Contains(out.UnreachableModels, c.GetModelId()) {
			out.UnreachableModels = append(out.UnreachableModels, c.GetModelId())
		}
	}
	return out, nil
}
