package workflows

import (
	"cmp"
	"context"
	"errors"
	"strings"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/publish"
)

// CreateWorkflow implements the RPC.
func (h *Handlers) CreateWorkflow(ctx context.Context, r *sharingv1.CreateWorkflowRequest) (*sharingv1.Workflow, error) {
	ws := resource.Segment(r.GetParent(), 0)
	in := r.GetWorkflow()
	wanted := r.GetWorkflowId()
	if wanted != "" { // check before a secret goes to the vault
		if _, err := h.flows.store.byID(ctx, ws, wanted); !errors.Is(err, sqldb.ErrNoRow) {
			return nil, cmp.Or(err, resource.Taken("workflow", wanted))
		}
	}
	if err := publish.WorkflowText(wanted, in).Err(); err != nil {
		return nil, err
	}
	var raw []byte
	if definition.IsSet(in.GetDefinition()) {
		var err error
		if raw, err = h.flows.newDefinition(ctx, ws, in.GetDefinition()); err != nil {
			return nil, err
		}
	}
	return h.flows.Insert(ctx, NewWorkflow{
		Workspace: ws, ID: wanted, Title: in.GetTitle(), Description: in.GetDescription(),
		Definition: raw, Author: caller.From(ctx).Key,
	})
}

// GetWorkflow implements the RPC.
func (h *Handlers) GetWorkflow(ctx context.Context, r *sharingv1.GetWorkflowRequest) (*sharingv1.Workflow, error) {
	w, err := h.flows.store.Find(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	v, err := h.flows.store.live(ctx, w)
	if err != nil {
		return nil, err
	}
	return w.message(v), nil
}

// UpdateWorkflow implements the RPC.
func (h *Handlers) UpdateWorkflow(ctx context.Context, r *sharingv1.UpdateWorkflowRequest) (*sharingv1.Workflow, error) {
	in := r.GetWorkflow()
	w, err := h.flows.store.FindLive(ctx, in.GetName())
	if err != nil {
		return nil, err
	}
	if err := w.check(in.GetEtag()); err != nil {
		return nil, err
	}
	if err := publish.WorkflowText("", in).Err(); err != nil {
		return nil, err
	}
	var raw []byte
	for _, path := range workflowMask(r) {
		switch field, _, _ := strings.Cut(path, "."); field {
		case "title":
			w.Title = in.GetTitle()
		case "description":
			w.Description = in.GetDescription()
		case "definition":
			if raw, err = h.flows.newDefinition(ctx, w.Workspace, in.GetDefinition()); err != nil {
				return nil, err
			}
		case "name", "etag":
		default:
			return nil, resource.Invalid("update_mask", "%q cannot be changed; title, description and definition can", path)
		}
	}
	return h.flows.save(ctx, caller.From(ctx), w, edit{definition: raw})
}

// workflowMask returns the fields to change. Without a mask these are the fields that are
// set.
func workflowMask(r *sharingv1.UpdateWorkflowRequest) []string {
	if paths := r.GetUpdateMask().GetPaths(); len(paths) > 0 {
		if len(paths) == 1 && paths[0] == "*" {
			return []string{"title", "description", "definition"}
		}
		return paths
	}
	var paths []string
	if r.GetWorkflow().GetTitle() != "" {
		paths = append(paths, "title")
	}
	if r.GetWorkflow().GetDescription() != "" {
		paths = append(paths, "description")
	}
	if definition.IsSet(r.GetWorkflow().GetDefinition()) {
		paths = append(paths, "definition")
	}
	return paths
}
