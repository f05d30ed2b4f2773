package sharing

import (
	"context"
	"fmt"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/publish"
	"github.com/keyhole-dev/keyhole/services/sharing/resource"
)

// CreateWorkflow implements the RPC.
func (s public) CreateWorkflow(ctx context.Context, r *sharingv1.CreateWorkflowRequest) (*sharingv1.Workflow, error) {
	ws := resource.Segment(r.GetParent(), 0)
	in := r.GetWorkflow()
	wanted := r.GetWorkflowId()
	if wanted != "" { // before a literal goes to the vault
		if _, found, err := s.store.workflow(ctx, s.store.db, ws, wanted); err != nil || found {
			return nil, errOr(err, resource.Taken("workflow", wanted))
		}
	}
	if err := publish.WorkflowText(wanted, in).Err(); err != nil {
		return nil, err
	}
	raw, err := definition.Canonical(in.GetDefinition())
	if err != nil {
		return nil, err
	}
	if raw, err = s.admit(ctx, ws, raw); err != nil {
		return nil, err
	}
	return s.insert(ctx, newWorkflow{workspace: ws, id: wanted, title: in.GetTitle(), description: in.GetDescription(), definition: raw})
}

// errOr is err if there is one, else the other.
func errOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// newWorkflow is what a workflow is made of; the definition has been admitted.
type newWorkflow struct {
	workspace, id, title, description, forkedFrom string
	definition                                    []byte
}

func (s *Service) insert(ctx context.Context, n newWorkflow) (*sharingv1.Workflow, error) {
	now := s.now().UnixMicro()
	w := workflowRow{
		UID: id.New("wf"), Workspace: n.workspace, ID: n.id, Title: n.title, Description: n.description,
		Live: 1, Revision: 1, ForkedFrom: n.forkedFrom, Created: now, Updated: now,
	}
	v := versionRow{
		Workflow: w.UID, Number: 1, Definition: n.definition, Hash: definition.Hash(n.definition),
		Author: caller.From(ctx).Key, Created: now,
	}
	for _, candidate := range candidates(n.id, n.title, "workflow") {
		w.ID = candidate
		inserted, err := s.store.insertWorkflow(ctx, w, v)
		if err != nil {
			return nil, fmt.Errorf("insert workflow: %w", err)
		}
		if inserted {
			s.tellUses(ctx, w, v)
			return w.message(&v), nil
		}
	}
	return nil, resource.Taken("workflow", w.ID)
}

// candidates are the ids to try: the one that was asked for, else one made of the
// title, then with something random behind it.
func candidates(wanted, title, byDefault string) []string {
	if wanted != "" {
		return []string{wanted}
	}
	base := resource.Slug(title)
	if base == "" {
		base = byDefault
	}
	unique := id.New("x")
	return []string{base, base + "-" + unique[len(unique)-8:]}
}

// message is the workflow as its workspace sees it; without a version, it has no definition.
func (w workflowRow) message(v *versionRow) *sharingv1.Workflow {
	out := &sharingv1.Workflow{
		Name: resource.Workflow(w.Workspace, w.ID), Title: w.Title, Description: w.Description, LiveVersion: int32(w.Live),
		ForkedFrom: w.ForkedFrom, Etag: w.etag(), CreateTime: resource.Timestamp(w.Created), UpdateTime: resource.Timestamp(w.Updated),
		DeleteTime: resource.Timestamp(w.Deleted),
	}
	if v != nil {
		out.Definition, out.VersionHash = v.Definition, v.Hash
	}
	return out
}

func (w workflowRow) etag() string { return fmt.Sprintf("%s.%d", w.UID[len(w.UID)-12:], w.Revision) }

// ListWorkflows implements the RPC.
func (s public) ListWorkflows(ctx context.Context, r *sharingv1.ListWorkflowsRequest) (*sharingv1.ListWorkflowsResponse, error) {
	ws := resource.Segment(r.GetParent(), 0)
	binding := []string{"workflows", r.GetParent(), fmt.Sprint(r.GetShowDeleted())}
	rows, next, err := page.List(s.pages, r, page.Listing[workflowRow, string]{
		Binding: binding,
		Read: func(after string, limit int) ([]workflowRow, error) {
			return s.store.workflows(ctx, ws, after, r.GetShowDeleted(), limit)
		},
		CursorOf: func(w workflowRow) string { return w.ID },
	})
	if err != nil {
		return nil, fmt.Errorf("list workflows: %w", err)
	}
	out := &sharingv1.ListWorkflowsResponse{NextPageToken: next}
	for _, w := range rows {
		out.Workflows = append(out.Workflows, w.message(nil))
	}
	return out, nil
}

// GetWorkflow implements the RPC.
func (s public) GetWorkflow(ctx context.Context, r *sharingv1.GetWorkflowRequest) (*sharingv1.Workflow, error) {
	w, err := s.find(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	v, err := s.versionOf(ctx, w, w.Live)
	if err != nil {
		return nil, err
	}
	return w.message(&v), nil
}

// find reads the workflow that a resource name begins with, also one in the trash.
func (s *Service) find(ctx context.Context, name string) (workflowRow, error) {
	w, found, err := s.store.workflow(ctx, s.store.db, resource.Segment(name, 0), resource.Segment(name, 1))
	if err != nil {
		return w, fmt.Errorf("read workflow: %w", err)
	}
	if !found {
		return w, resource.NotFound("workflow")
	}
	return w, nil
}

// findLive is find for what works with workflows outside of the trash only.
func (s *Service) findLive(ctx context.Context, name string) (workflowRow, error) {
	w, err := s.find(ctx, name)
	if err == nil && w.Deleted != 0 {
		return w, inTrash()
	}
	return w, err
}

func inTrash() error {
	return errs.FailedPrecondition(errorsv1.Reason_REASON_NOT_FOUND, "the workflow is in the trash; undelete it first")
}

func (s *Service) versionOf(ctx context.Context, w workflowRow, number int64) (versionRow, error) {
	v, found, err := s.store.version(ctx, w.UID, number)
	if err != nil {
		return v, fmt.Errorf("read version: %w", err)
	}
	if !found {
		return v, resource.NotFound("version")
	}
	return v, nil
}

// UpdateWorkflow implements the RPC.
func (s public) UpdateWorkflow(ctx context.Context, r *sharingv1.UpdateWorkflowRequest) (*sharingv1.Workflow, error) {
	in := r.GetWorkflow()
	w, err := s.findLive(ctx, in.GetName())
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
			if raw, err = s.newDefinition(ctx, w.Workspace, in.GetDefinition()); err != nil {
				return nil, err
			}
		case "name", "etag":
		default:
			return nil, resource.Invalid("update_mask", "%q cannot be changed; title, description and definition can", path)
		}
	}
	return s.save(ctx, w, raw)
}

// workflowMask is what to change; without a mask, what is set.
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

func (w workflowRow) check(etag string) error {
	if etag != "" && etag != w.etag() {
		return resource.Conflict("workflow")
	}
	return nil
}

func (s *Service) newDefinition(ctx context.Context, ws string, parsed []byte) ([]byte, error) {
	raw, err := definition.Canonical(parsed)
	if err != nil {
		return nil, err
	}
	return s.admit(ctx, ws, raw)
}

// save writes a changed workflow; with a definition, as a new version.
func (s *Service) save(ctx context.Context, w workflowRow, raw []byte) (*sharingv1.Workflow, error) {
	before := w.Revision
	w.Revision++
	w.Updated = max(s.now().UnixMicro(), w.Updated+1)
	var v *versionRow
	if raw != nil {
		w.Live++
		v = &versionRow{
			Workflow: w.UID, Number: w.Live, Definition: raw, Hash: definition.Hash(raw), Author: caller.From(ctx).Key, Created: w.Updated,
		}
	}
	updated, err := s.store.updateWorkflow(ctx, w, before, v)
	if err != nil {
		return nil, fmt.Errorf("update workflow: %w", err)
	}
	if !updated {
		return nil, resource.Conflict("workflow")
	}
	s.rights.forget()
	if v == nil {
		live, err := s.versionOf(ctx, w, w.Live)
		if err != nil {
			return nil, err
		}
		v = &live
	}
	s.tellUses(ctx, w, *v)
	return w.message(v), nil
}

// DeleteWorkflow implements the RPC.
func (s public) DeleteWorkflow(ctx context.Context, r *sharingv1.DeleteWorkflowRequest) (*sharingv1.Workflow, error) {
	w, err := s.find(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	if err := w.check(r.GetEtag()); err != nil {
		return nil, err
	}
	if w.Deleted == 0 {
		w.Deleted = s.now().UnixMicro()
	}
	out, err := s.save(ctx, w, nil)
	if err != nil {
		return nil, err
	}
	deleted := resource.Micros(out.GetUpdateTime().AsTime())
	uncovered, err := s.store.doubtedOf(ctx, w.Workspace, w.UID)
	if err != nil {
		return nil, fmt.Errorf("list shares of a deleted workflow: %w", err)
	}
	for _, row := range uncovered {
		s.withdrawNow(ctx, w, row, row.GrantDoubt != deleted)
	}
	return out, nil
}

// UndeleteWorkflow implements the RPC.
func (s public) UndeleteWorkflow(ctx context.Context, r *sharingv1.UndeleteWorkflowRequest) (*sharingv1.Workflow, error) {
	w, err := s.find(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	w.Deleted = 0
	return s.save(ctx, w, nil)
}
