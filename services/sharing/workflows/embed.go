package workflows

import (
	"bytes"
	"context"
	"fmt"
	"strconv"

	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/publish"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/rewrite"
)

// maxSaved bounds the steps of a definition that name saved workflows, and so the reads of
// the store.
const maxSaved = 32

// embedded writes the saved workflows that the steps name into the definition, each in its
// version of this moment. From then on the definition stands alone: a later change or
// deletion of the saved workflow does not change it. Only workflows of the workspace itself
// can be named.
func (s *Workflows) embedded(ctx context.Context, ws string, d *workflow.Definition) (*workflow.Definition, error) {
	steps := rewrite.SavedIn(d)
	if len(steps) == 0 {
		return d, nil
	}
	if len(steps) > maxSaved {
		return nil, errs.InvalidArgument("the definition names %d saved workflows; at most %d are accepted", len(steps), maxSaved).WithReason(errorsv1.Reason_REASON_DEFINITION_INVALID)
	}
	type source struct{ workflow, version string }
	known := map[source]Version{}
	for _, step := range steps {
		key := source{step.Workflow, step.Version}
		if _, read := known[key]; read && step.Workspace == "" {
			continue
		}
		v, err := s.savedVersion(ctx, ws, step)
		if err != nil {
			return nil, err
		}
		known[key] = v
	}
	raw, err := rewrite.Embed(d, steps, func(step rewrite.Saved) ([]byte, string) {
		v := known[source{step.Workflow, step.Version}]
		return v.Definition, fmt.Sprintf("%s/versions/%d", step.Workflow, v.Number)
	})
	if err != nil {
		return nil, errs.InvalidArgument("%s", err.Error()).WithReason(errorsv1.Reason_REASON_DEFINITION_INVALID)
	}
	return readClean(raw)
}

// savedVersion reads the version that a step names, or the live one.
func (s *Workflows) savedVersion(ctx context.Context, ws string, step rewrite.Saved) (Version, error) {
	refuse := func(field, format string, args ...any) error {
		path := "steps." + step.Step + "." + field
		return errs.InvalidArgument(path+" "+format, args...).WithReason(errorsv1.Reason_REASON_DEFINITION_INVALID).Field(path, "names no workflow that can be used here")
	}
	if step.Workspace != "" && step.Workspace != ws {
		return Version{}, refuse("workflow_workspace_id", "names another workspace; a step can use the saved workflows of its own workspace only")
	}
	w, err := s.store.byID(ctx, ws, step.Workflow)
	if err == nil && w.Deleted != 0 {
		err = InTrash()
	}
	if err == nil {
		err = w.Published()
	}
	number := w.Live
	if err == nil && step.Version != "" {
		if number, err = strconv.ParseInt(step.Version, 10, 64); err != nil {
			return Version{}, refuse("workflow_version_id", "must be the number of a version, like \"3\"")
		}
	}
	if err != nil {
		return Version{}, refuse("workflow_id", "names no workflow of this workspace with a version; list the workflows, or publish its draft first")
	}
	v, err := s.store.Version(ctx, w, number)
	if err != nil {
		return Version{}, refuse("workflow_version_id", "names no version of the workflow; leave it out to take the newest")
	}
	if parsed, _ := workflow.Parse(v.Definition); parsed != nil && len(rewrite.SavedIn(parsed)) > 0 {
		return Version{}, refuse("workflow_id", "names a workflow whose own steps name saved workflows without fixed versions; save that workflow again first")
	}
	return v, nil
}

// readClean parses a definition and removes the metadata of its pictures.
func readClean(raw []byte) (*workflow.Definition, error) {
	parsed, problems := workflow.Parse(raw)
	if parsed == nil {
		return nil, definition.Invalid(problems)
	}
	clean, err := publish.CleanPictures("definition", raw, parsed.Root)
	if err != nil || bytes.Equal(clean, raw) {
		return parsed, err
	}
	return readClean(clean)
}
