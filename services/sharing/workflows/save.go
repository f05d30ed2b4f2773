package workflows

import (
	"context"
	"fmt"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/sketch"
)

// NewWorkflow describes a workflow to insert. Its definition must hold no secrets; without
// one the workflow has no version. Author is the key that creates it.
type NewWorkflow struct {
	Workspace, ID, Title, Description, ForkedFrom, Author string
	Definition                                            []byte
}

// Insert stores a workflow with its first version, if it has a definition. Without an ID it
// derives one from the title.
func (s *Workflows) Insert(ctx context.Context, n NewWorkflow) (*sharingv1.Workflow, error) {
	now := s.now().UnixMicro()
	w := Workflow{
		UID: id.New("wf"), Workspace: n.Workspace, ID: n.ID, Title: n.Title, Description: n.Description,
		Revision: 1, ForkedFrom: n.ForkedFrom, Created: now, Updated: now,
	}
	var v *Version
	if n.Definition != nil {
		w.Live = 1
		v = &Version{
			Workflow: w.UID, Number: 1, Definition: n.Definition, Hash: definition.Hash(n.Definition),
			Author: n.Author, Created: now,
		}
		v.sketch = sketch.Of(s.definitions, v.Definition, v.Hash)
	}
	for _, candidate := range candidates(n.ID, n.Title, "workflow") {
		w.ID = candidate
		inserted, err := s.store.insert(ctx, w, v)
		if err != nil {
			return nil, fmt.Errorf("insert workflow: %w", err)
		}
		if inserted {
			s.reportUses(ctx, w, v)
			return w.message(v), nil
		}
	}
	return nil, resource.Taken("workflow", w.ID)
}

// candidates returns the IDs to try: the requested one, or one derived from the title and
// the same with a random suffix.
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

func (s *Workflows) newDefinition(ctx context.Context, ws string, given []byte) ([]byte, error) {
	raw, err := definition.Canonical(given)
	if err != nil {
		return nil, err
	}
	return s.admit(ctx, ws, raw)
}

// edit is what a save changes besides the fields of the workflow.
type edit struct {
	// definition becomes a new version; nil makes none.
	definition []byte
	// published is the draft that the definition comes from, and that goes with the save.
	published *Draft
}

// save writes a changed workflow. A definition becomes a new version, with the caller as
// its author.
func (s *Workflows) save(ctx context.Context, by caller.Principal, w Workflow, e edit) (*sharingv1.Workflow, error) {
	before := w.Revision
	w.Revision++
	w.Updated = max(s.now().UnixMicro(), w.Updated+1)
	var v *Version
	if e.definition != nil {
		w.Live++
		v = &Version{
			Workflow: w.UID, Number: w.Live, Definition: e.definition, Hash: definition.Hash(e.definition), Author: by.Key, Created: w.Updated,
		}
		v.sketch = sketch.Of(s.definitions, v.Definition, v.Hash)
		if err := s.pin(ctx, w, v); err != nil {
			return nil, err
		}
	}
	updated, err := s.store.update(ctx, w, before, additions{version: v, published: e.published, uncover: s.dependents.Uncover})
	if err != nil {
		return nil, fmt.Errorf("update workflow: %w", err)
	}
	if !updated {
		return nil, resource.Conflict("workflow")
	}
	s.dependents.Changed()
	if v == nil {
		if v, err = s.store.live(ctx, w); err != nil {
			return nil, err
		}
	}
	s.reportUses(ctx, w, v)
	return w.message(v), nil
}
