package policy

import (
	"context"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
)

// findTarget finds what the request would run.
func (p *Decider) findTarget(ctx context.Context, d *Decision, r request) error {
	switch t := r.GetTarget().(type) {
	case *sharinginternalv1.AuthorizeRunRequest_Workflow:
		return p.ownWorkflow(ctx, d, t.Workflow, int64(r.GetVersion()))
	case *sharinginternalv1.AuthorizeRunRequest_Token:
		return p.sharedWorkflow(ctx, d, t.Token, r.GetVersion())
	case *sharinginternalv1.AuthorizeRunRequest_Definition:
		return p.inlineDefinition(d, t.Definition)
	default:
		return resource.Invalid("target", "name a workflow, a link or a definition")
	}
}

// ownWorkflow finds a workflow of the caller's workspace. The answer for a workflow of
// another workspace is the same as for one that does not exist.
func (p *Decider) ownWorkflow(ctx context.Context, d *Decision, name string, number int64) error {
	if d.Principal.Kind != caller.Member || resource.Segment(name, 0) != d.Principal.Workspace {
		return resource.NotFound("workflow")
	}
	w, err := p.workflows.FindLive(ctx, name)
	if err != nil {
		return err
	}
	if number == 0 {
		number = w.Live
	}
	v, err := p.workflows.Version(ctx, w, number)
	if err != nil {
		return err
	}
	d.Owner, d.Workflow, d.Version, d.Sinks = w.Workspace, w, number, true
	d.Analysis = p.definitions.Of(v.Definition, v.Hash)
	return nil
}

// sharedWorkflow finds what a link opens, if runs may begin through it now.
func (p *Decider) sharedWorkflow(ctx context.Context, d *Decision, token string, version int32) error {
	opened, err := p.resolver.ByToken(ctx, token)
	if err != nil {
		return err
	}
	if version != 0 {
		return errs.InvalidArgument("a link decides on the version itself").WithReason(errorsv1.Reason_REASON_DEFINITION_FORBIDDEN)
	}
	if err := opened.Runnable(p.now()); err != nil {
		return err
	}
	d.useLink(opened)
	d.Visitor = p.links.Pseudonym(d.Owner, d.Caller)
	return nil
}
