package sharing

import (
	"context"
	"fmt"
	"math"
	"strings"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/sharing/resource"
)

// runCursor is where a listing of runs goes on.
type runCursor struct {
	Start int64  `json:"s"`
	ID    string `json:"i"`
}

// ListRuns implements the RPC: runs of the workspace's workflows, and runs that are
// charged to its keys. Charges are in GetRun.
func (s public) ListRuns(ctx context.Context, r *sharingv1.ListRunsRequest) (*sharingv1.ListRunsResponse, error) {
	ws := resource.Segment(r.GetParent(), 0)
	filter, err := runFilterOf(ws, r)
	if err != nil {
		return nil, err
	}
	binding := []string{"runs", ws, r.GetShare(), r.GetWorkflow()}
	rows, next, err := page.List(s.pages, r, page.Listing[runRow, runCursor]{
		First: runCursor{Start: math.MaxInt64}, Binding: binding,
		Read: func(before runCursor, limit int) ([]runRow, error) {
			return s.store.listRuns(ctx, filter, before, limit)
		},
		CursorOf: func(row runRow) runCursor { return runCursor{row.Start, row.ID} },
	})
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	out := &sharingv1.ListRunsResponse{NextPageToken: next}
	for _, row := range rows {
		out.Runs = append(out.Runs, row.message(ws))
	}
	return out, nil
}

// runFilter is which runs are asked for.
type runFilter struct {
	workspace, workflow, share, shareUID string
}

func runFilterOf(ws string, r *sharingv1.ListRunsRequest) (runFilter, error) {
	f := runFilter{workspace: ws}
	if name := r.GetWorkflow(); name != "" {
		if name != resource.Workflow(ws, resource.Segment(name, 1)) {
			return f, resource.Invalid("workflow", "must be the name of a workflow of this workspace")
		}
		f.workflow = resource.Segment(name, 1)
	}
	switch name := r.GetShare(); {
	case name == "":
	case !strings.Contains(name, "/"): // of another's workflow: all that its payer knows
		f.shareUID = name
	case name == resource.Share(ws, resource.Segment(name, 1), resource.Segment(name, 2)):
		f.workflow, f.share = resource.Segment(name, 1), resource.Segment(name, 2)
	default:
		return f, resource.Invalid("share", "must be the name of a share of this workspace, or the id that its runs show")
	}
	return f, nil
}

// GetRun implements the RPC.
func (s public) GetRun(ctx context.Context, r *sharingv1.GetRunRequest) (*sharingv1.Run, error) {
	ws := resource.Segment(r.GetName(), 0)
	row, found, err := s.store.run(ctx, resource.Segment(r.GetName(), 1))
	if err != nil {
		return nil, fmt.Errorf("read run: %w", err)
	}
	if !found || row.OwnerWorkspace != ws && row.ChargedWorkspace != ws {
		return nil, resource.NotFound("run")
	}
	items, err := s.store.items(ctx, row)
	if err != nil {
		return nil, fmt.Errorf("read line items: %w", err)
	}
	out := row.message(ws)
	out.Steps, out.Charges = stepsOf(row.Steps), redactItems(items, row.OwnerWorkspace, ws)
	return out, nil
}

// message is a run as one of its two workspaces may see it. The owner of the workflow
// sees that a preview happened and whether it failed, but not who it was, nor what a
// message may repeat of the visitor's inputs. Who is charged sees its charge, and of
// the owner's names only the share's id.
func (r *runRow) message(ws string) *sharingv1.Run {
	out := &sharingv1.Run{
		Name: resource.Run(ws, r.ID), State: r.state(), Version: int32(r.Version), Share: r.Share, Reason: r.Reason,
		StartTime: resource.Timestamp(r.Start), EndTime: resource.Timestamp(r.End),
	}
	if ws == r.OwnerWorkspace {
		out.Visitor = r.Visitor
		if r.WorkflowID != "" {
			out.Workflow = resource.Workflow(ws, r.WorkflowID)
		}
		if r.Share != "" {
			out.Share = resource.Share(ws, r.WorkflowID, r.ShareID)
		}
	}
	if ws == r.ChargedWorkspace {
		out.ChargedKey = r.ChargedKey
	}
	if r.CallerWorkspace == ws {
		out.Message = r.Message
	}
	return out
}
