package workflows

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"

	"google.golang.org/protobuf/types/known/emptypb"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/sketch"
)

// GetWorkflowDraft implements the RPC.
func (h *Handlers) GetWorkflowDraft(ctx context.Context, r *sharingv1.GetWorkflowDraftRequest) (*sharingv1.WorkflowDraft, error) {
	w, err := h.flows.store.Find(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	d, err := h.flows.store.Draft(ctx, w)
	if err != nil {
		return nil, err
	}
	return d.message(w), nil
}

// UpdateWorkflowDraft implements the RPC. The etag is compared before a secret goes to the
// vault.
func (h *Handlers) UpdateWorkflowDraft(ctx context.Context, r *sharingv1.UpdateWorkflowDraftRequest) (*sharingv1.WorkflowDraft, error) {
	in := r.GetDraft()
	w, err := h.flows.store.FindLive(ctx, in.GetName())
	if err != nil {
		return nil, err
	}
	before, err := h.flows.store.draft(ctx, w.UID)
	if err != nil && !errors.Is(err, sqldb.ErrNoRow) {
		return nil, fmt.Errorf("read draft: %w", err)
	}
	if in.GetEtag() != before.Etag { // both are empty if there is no draft
		return nil, resource.Conflict("draft")
	}
	if int64(in.GetBaseVersion()) > w.Live {
		return nil, resource.Invalid("draft.base_version", "is not a version of the workflow; the live one is %d", w.Live)
	}
	raw, err := definition.Canonical(in.GetDefinition())
	if err != nil {
		return nil, err
	}
	if raw, err = h.flows.admitDraft(ctx, w.Workspace, raw); err != nil {
		return nil, err
	}
	after, err := h.flows.saveDraft(ctx, caller.From(ctx).Key, w, before, change{definition: raw, base: int64(in.GetBaseVersion())})
	if err != nil {
		return nil, err
	}
	return after.message(w), nil
}

// change is what an update makes of a draft. A base of 0 keeps that of the draft.
type change struct {
	definition []byte
	base       int64
}

// saveDraft writes a changed draft, or the first one if there is none before. It writes
// nothing if nothing changes.
func (s *Workflows) saveDraft(ctx context.Context, author string, w Workflow, before Draft, c change) (Draft, error) {
	first := before.Etag == ""
	after := before
	after.Definition, after.Hash = c.definition, definition.Hash(c.definition)
	after.Base = cmp.Or(c.base, before.Base)
	if first {
		after.Base = cmp.Or(c.base, w.Live)
	}
	if !first && bytes.Equal(after.Definition, before.Definition) && after.Base == before.Base {
		return before, nil
	}
	after.sketch = sketch.Of(s.definitions, after.Definition, after.Hash)
	after.Etag, after.Author = id.New("d"), author
	after.Updated = max(s.now().UnixMicro(), before.Updated+1)
	save := func() (bool, error) { return s.store.updateDraft(ctx, after, before.Etag) }
	if first {
		after.Workflow, after.Created = w.UID, after.Updated
		save = func() (bool, error) { return s.store.insertDraft(ctx, after) }
	}
	saved, err := save()
	if err != nil {
		return after, fmt.Errorf("save draft: %w", err)
	}
	if !saved {
		return after, resource.Conflict("draft")
	}
	return after, nil
}

// DeleteWorkflowDraft implements the RPC.
func (h *Handlers) DeleteWorkflowDraft(ctx context.Context, r *sharingv1.DeleteWorkflowDraftRequest) (*emptypb.Empty, error) {
	_, d, err := h.flows.findDraft(ctx, r)
	if err != nil {
		return nil, err
	}
	if err := h.flows.store.deleteDraft(ctx, d); err != nil {
		return nil, fmt.Errorf("delete draft: %w", err)
	}
	return &emptypb.Empty{}, nil
}

// PublishWorkflowDraft implements the RPC.
func (h *Handlers) PublishWorkflowDraft(ctx context.Context, r *sharingv1.PublishWorkflowDraftRequest) (*sharingv1.Workflow, error) {
	w, d, err := h.flows.findDraft(ctx, r)
	if err != nil {
		return nil, err
	}
	if err := d.checkBase(w); err != nil {
		return nil, err
	}
	raw, err := h.flows.admit(ctx, w.Workspace, d.Definition)
	if err != nil {
		return nil, err
	}
	return h.flows.save(ctx, caller.From(ctx), w, edit{definition: raw, published: &d})
}

// named is a request that names a draft.
type named interface {
	GetName() string
	GetEtag() string
}

// findDraft reads the draft that a request names, with its workflow, which is not in the
// trash.
func (s *Workflows) findDraft(ctx context.Context, r named) (Workflow, Draft, error) {
	w, err := s.store.FindLive(ctx, r.GetName())
	if err != nil {
		return w, Draft{}, err
	}
	d, err := s.store.Draft(ctx, w)
	if err != nil {
		return w, d, err
	}
	return w, d, d.Check(r.GetEtag())
}
