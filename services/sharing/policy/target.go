package policy

import (
	"context"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
)

// findTarget finds what the request would run.
func (p *Decider) findTarget(ctx context.Context, d *Decision, r request) error {
	_, own := r.GetTarget().(*sharinginternalv1.AuthorizeRunRequest_Workflow)
	if err := checkDraft(r, own); err != nil {
		return err
	}
	switch t := r.GetTarget().(type) {
	case *sharinginternalv1.AuthorizeRunRequest_Workflow:
		return p.ownWorkflow(ctx, d, t.Workflow, r)
	case *sharinginternalv1.AuthorizeRunRequest_Token:
		return p.sharedWorkflow(ctx, d, t.Token, r)
	case *sharinginternalv1.AuthorizeRunRequest_Definition:
		return p.inlineDefinition(d, t.Definition)
	case *sharinginternalv1.AuthorizeRunRequest_Example:
		return p.sample(ctx, d, t.Example, r)
	default:
		return resource.Invalid("target", "name a workflow, a link or a definition")
	}
}

// checkDraft refuses to run a draft as anything else than a workflow of the caller's own. A
// link never leads to a draft.
func checkDraft(r request, own bool) error {
	switch {
	case r.GetDraft() && !own:
		return resource.Invalid("draft", "only a workflow of your own has a draft to run")
	case r.GetDraft() && r.GetVersion() != 0:
		return resource.Invalid("version", "a draft is not a version; set one of them")
	case r.GetDraftEtag() != "" && !r.GetDraft():
		return resource.Invalid("draft_etag", "is for the run of a draft; set draft as well")
	}
	return nil
}

// ownWorkflow finds a workflow of the caller's workspace. The answer for a workflow of
// another workspace is the same as for one that does not exist.
func (p *Decider) ownWorkflow(ctx context.Context, d *Decision, name string, r request) error {
	if !d.Principal.Kind.MayRun() || resource.Segment(name, 0) != d.Principal.Workspace {
		return resource.NotFound("workflow")
	}
	w, err := p.workflows.FindLive(ctx, name)
	if err != nil {
		return err
	}
	d.Owner, d.Workflow, d.Sinks = w.Workspace, w, true
	if r.GetDraft() {
		return p.ownDraft(ctx, d, r.GetDraftEtag())
	}
	return p.ownVersion(ctx, d, int64(r.GetVersion()))
}

// ownVersion finds a version of the workflow, the live one for 0.
func (p *Decider) ownVersion(ctx context.Context, d *Decision, number int64) error {
	if number == 0 {
		if err := d.Workflow.Published(); err != nil {
			return err
		}
		number = d.Workflow.Live
	}
	v, err := p.workflows.Version(ctx, d.Workflow, number)
	if err != nil {
		return err
	}
	d.Version, d.Analysis = number, p.definitions.Of(v.Definition, v.Hash)
	return nil
}

// ownDraft finds the draft of the workflow, if it is the one that the caller has seen. The
// run has the definition as it is now; a later change of the draft does not reach it.
func (p *Decider) ownDraft(ctx context.Context, d *Decision, etag string) error {
	draft, err := p.workflows.Draft(ctx, d.Workflow)
	if err != nil {
		return err
	}
	if err := draft.Check(etag); err != nil {
		return err
	}
	d.Analysis = p.definitions.Of(draft.Definition, draft.Hash)
	return nil
}

// sharedWorkflow finds what a link opens, if runs may begin through it now.
func (p *Decider) sharedWorkflow(ctx context.Context, d *Decision, token string, r request) error {
	opened, err := p.resolver.ByToken(ctx, token, d.Principal)
	if err != nil {
		return err
	}
	if err := opened.Runnable(p.now()); err != nil {
		return err
	}
	if number := int64(r.GetVersion()); number != 0 && number != opened.Version.Number {
		return errs.FailedPrecondition(errorsv1.Reason_REASON_DEFINITION_FORBIDDEN,
			"this link runs version %d of its workflow and no other; leave the version out", opened.Version.Number)
	}
	d.useLink(opened)
	d.Visitor = p.links.Pseudonym(d.Owner, d.Caller)
	return d.checkFixed(r)
}

// sample finds a sample of a link of the caller's workspace. Its run is one through the
// link: the owner cannot store what visitors could not get. The sample brings all inputs
// but credentials.
func (p *Decider) sample(ctx context.Context, d *Decision, t *sharinginternalv1.ExampleTarget, r request) error {
	if !d.Principal.Kind.MayRun() || resource.Segment(t.GetShare(), 0) != d.Principal.Workspace {
		return resource.NotFound("share")
	}
	opened, err := p.resolver.ByName(ctx, t.GetShare())
	if err != nil {
		return err
	}
	if opened.Share.State == sharingv1.ShareState_SHARE_STATE_REVOKED {
		return resource.NotFound("share")
	}
	if err := opened.Runnable(p.now()); err != nil {
		return err
	}
	d.useLink(opened)
	d.Visitor = p.links.Pseudonym(d.Owner, d.Caller)
	if err := d.checkOnlyCredentials(r); err != nil {
		return err
	}
	values := opened.SampleOf(t.GetSample())
	if len(values) == 0 {
		return resource.Invalid("sample", "the link has no sample %q; give it one first", t.GetSample())
	}
	return d.bring(t.GetSample(), values, r)
}
