package ledger

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/names"
	"github.com/keyhole-dev/keyhole/services/sharing/titles"
)

// Handlers implements the RPCs that read runs.
type Handlers struct {
	store  Store
	pages  *page.Tokens
	titles titles.Finder
}

// NewHandlers returns handlers that read a store.
func NewHandlers(store Store, pages *page.Tokens, found titles.Finder) *Handlers {
	return &Handlers{store: store, pages: pages, titles: found}
}

// ListRuns implements the RPC. It lists runs of the workspace's workflows and runs that
// its keys pay for. GetRun has their charges.
func (h *Handlers) ListRuns(ctx context.Context, r *sharingv1.ListRunsRequest) (*sharingv1.ListRunsResponse, error) {
	ws := resource.Segment(r.GetParent(), 0)
	filter, err := runFilterOf(ws, r)
	if err != nil {
		return nil, err
	}
	binding := []string{"runs", ws, r.GetShare(), r.GetWorkflow(), r.GetState().String(), r.GetChargedKey()}
	rows, next, err := page.List(h.pages, r, page.Listing[Run, runCursor]{
		First: runCursor{Start: math.MaxInt64}, Binding: binding,
		Read: func(before runCursor, limit int) ([]Run, error) {
			return h.store.list(ctx, filter, before, limit)
		},
		CursorOf: func(row Run) runCursor { return runCursor{row.Start, row.ID} },
	})
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	out := &sharingv1.ListRunsResponse{NextPageToken: next}
	for _, row := range rows {
		out.Runs = append(out.Runs, row.message(ws))
	}
	return out, h.entitle(ctx, ws, out.GetRuns())
}

// entitle adds the titles of the resources that runs name.
func (h *Handlers) entitle(ctx context.Context, ws string, runs []*sharingv1.Run) error {
	var list []string
	for _, r := range runs {
		list = append(list, r.GetWorkflow(), r.GetShare(), r.GetChargedKey(), r.GetCallerKey())
		for _, i := range r.GetCharges() {
			if i.GetKind() == KindCredential {
				list = append(list, i.GetResource())
			}
		}
	}
	called, err := h.titles.Of(ctx, ws, list)
	for _, r := range runs {
		r.WorkflowTitle, r.ShareTitle = called[r.GetWorkflow()], called[r.GetShare()]
		r.ChargedKeyTitle, r.CallerKeyTitle = called[r.GetChargedKey()], called[r.GetCallerKey()]
		for _, i := range r.GetCharges() {
			i.Title = called[i.GetResource()]
		}
	}
	return err
}

func runFilterOf(ws string, r *sharingv1.ListRunsRequest) (runFilter, error) {
	f := runFilter{workspace: ws, state: int64(r.GetState()), key: r.GetChargedKey()}
	if name := r.GetWorkflow(); name != "" {
		if name != names.Workflow(ws, resource.Segment(name, 1)) {
			return f, resource.Invalid("workflow", "must be the name of a workflow of this workspace")
		}
		f.workflow = resource.Segment(name, 1)
	}
	switch name := r.GetShare(); {
	case name == "":
	case !strings.Contains(name, "/"): // a share of another workspace: the payer knows its ID only
		f.shareUID = name
	case name == names.Share(ws, resource.Segment(name, 1), resource.Segment(name, 2)):
		f.workflow, f.share = resource.Segment(name, 1), resource.Segment(name, 2)
	default:
		return f, resource.Invalid("share", "must be the name of a share of this workspace, or the id that its runs show")
	}
	return f, nil
}

// GetRun implements the RPC.
func (h *Handlers) GetRun(ctx context.Context, r *sharingv1.GetRunRequest) (*sharingv1.Run, error) {
	ws := resource.Segment(r.GetName(), 0)
	row, err := h.store.Run(ctx, resource.Segment(r.GetName(), 1))
	if err != nil && !errors.Is(err, sqldb.ErrNoRow) {
		return nil, fmt.Errorf("read run: %w", err)
	}
	if err != nil || row.OwnerWorkspace != ws && row.ChargedWorkspace != ws {
		return nil, resource.NotFound("run")
	}
	items, err := h.store.Items(ctx, row)
	if err != nil {
		return nil, fmt.Errorf("read line items: %w", err)
	}
	out := row.message(ws)
	out.Steps, out.Charges = stepsOf(row.Steps), Redact(items, row.OwnerWorkspace, ws)
	return out, h.entitle(ctx, ws, []*sharingv1.Run{out})
}

// message returns a run as one of its two workspaces may see it. The owner of the workflow
// sees that a preview happened and whether it failed, but neither the caller nor the
// message, which may quote the visitor's inputs. The payer sees the charge, and none of
// the owner's names except the ID of the share.
func (r *Run) message(ws string) *sharingv1.Run {
	out := &sharingv1.Run{
		Name: names.Run(ws, r.ID), State: r.state(), Version: int32(r.Version), Share: r.Share, Reason: r.Reason,
		StartTime: resource.Timestamp(r.Start), EndTime: resource.Timestamp(r.End),
	}
	if ws == r.OwnerWorkspace {
		out.Visitor = r.Visitor
		if r.WorkflowID != "" {
			out.Workflow = names.Workflow(ws, r.WorkflowID)
			out.Draft = r.Version == 0
		}
		if r.Share != "" {
			out.Share = names.Share(ws, r.WorkflowID, r.ShareID)
		}
	}
	if ws == r.ChargedWorkspace {
		out.ChargedKey = r.ChargedKey
	}
	if r.CallerWorkspace == ws {
		out.Message, out.CallerKey = r.Message, r.Caller
	}
	return out
}
