package roboflow

import (
	"context"

	"google.golang.org/grpc/codes"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// linkWorkspace as source_workspace means that source_workflow is the token of a link.
const linkWorkspace = "s"

// forkWorkflow copies a workflow of the caller's own workspace, or forks what a link shows.
// Workflows of other workspaces are reached through links only.
func forkWorkflow(ctx context.Context, x *exchange) (any, error) {
	var body struct {
		Workspace string `json:"source_workspace"`
		Workflow  string `json:"source_workflow"`
		Name      string `json:"name"`
		URL       string `json:"url"`
	}
	if err := x.read(&body); err != nil {
		return nil, err
	}
	parent, err := x.parent()
	if err != nil {
		return nil, err
	}
	if body.Workflow == "" {
		return nil, required("source_workflow", "the slug of the workflow to fork")
	}
	var made *sharingv1.Workflow
	if body.Workspace == linkWorkspace {
		if err := x.Gate.CheckOrigin(ctx, x.request, body.Workflow); err != nil {
			return nil, err
		}
		forked, err := x.Sharing.ForkSharedWorkflow(ctx, &sharingv1.ForkSharedWorkflowRequest{
			Token: body.Workflow, Parent: parent, WorkflowId: slug(body.URL), Title: body.Name,
		})
		if err != nil {
			return nil, err
		}
		made = forked.GetWorkflow()
	} else if made, err = x.copyOwn(ctx, parent, body.Workspace, body.Workflow, body.Name, slug(body.URL)); err != nil {
		return nil, err
	}
	return object{"workflow": brief(made), "status": "ok"}, nil
}

func (x *exchange) copyOwn(ctx context.Context, parent, workspace, workflow, title, id string) (*sharingv1.Workflow, error) {
	name, err := workflowName(workspace, workflow)
	if err != nil {
		return nil, err
	}
	source, definition, err := x.find(ctx, name, 0)
	if err != nil {
		return nil, err
	}
	if title == "" {
		title = source.GetTitle()
	}
	return x.Sharing.CreateWorkflow(ctx, &sharingv1.CreateWorkflowRequest{
		Parent: parent, WorkflowId: id, Workflow: &sharingv1.Workflow{Title: title, Description: source.GetDescription(), Definition: definition},
	})
}

// tokenShare is the id of the link that workflowToken makes. The same call gives the same link.
const tokenShare = "workflow-token"

// workflowToken returns the token of a link to a workflow. The link opens nothing of the
// owner's: visitors pay for their own runs and bring their own credentials.
func workflowToken(ctx context.Context, x *exchange) (any, error) {
	var body struct {
		ID string `json:"id"`
	}
	if err := x.read(&body); err != nil {
		return nil, err
	}
	if body.ID == "" {
		return nil, required("id", "the id of the workflow")
	}
	name, err := workflowName(x.path[0], body.ID)
	if err != nil {
		return nil, err
	}
	share, err := x.Sharing.GetShare(ctx, &sharingv1.GetShareRequest{Name: name + "/shares/" + tokenShare})
	if errs.CodeOf(err) == codes.NotFound {
		share, err = x.Sharing.CreateShare(ctx, &sharingv1.CreateShareRequest{
			Parent: name, ShareId: tokenShare, Share: &sharingv1.Share{Title: "workflowToken", FollowLive: true},
		})
	}
	if err != nil {
		return nil, err
	}
	out := object{"token": share.GetToken()}
	if share.GetUri() != "" {
		out["url"] = share.GetUri()
	}
	return out, nil
}
