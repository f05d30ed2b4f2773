package workflows

import (
	"context"
	"errors"
	"fmt"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// Find reads the workflow that a resource name begins with, also one in the trash.
func (s Store) Find(ctx context.Context, name string) (Workflow, error) {
	w, err := s.byID(ctx, resource.Segment(name, 0), resource.Segment(name, 1))
	return w, found(err, "workflow")
}

// FindLive is Find for callers that need a workflow outside the trash.
func (s Store) FindLive(ctx context.Context, name string) (Workflow, error) {
	w, err := s.Find(ctx, name)
	if err == nil && w.Deleted != 0 {
		return w, InTrash()
	}
	return w, err
}

// InTrash refuses to work with a deleted workflow.
func InTrash() error {
	return errs.FailedPrecondition(errorsv1.Reason_REASON_NOT_FOUND, "the workflow is in the trash; undelete it first")
}

// Published refuses to work with a workflow that has no version yet.
func (w Workflow) Published() error {
	if w.Live != 0 {
		return nil
	}
	return errs.FailedPrecondition(errorsv1.Reason_REASON_NOT_PUBLISHED, "this workflow has no published version; publish its draft first")
}

// Version reads a version of a workflow.
func (s Store) Version(ctx context.Context, w Workflow, number int64) (Version, error) {
	v, err := s.version(ctx, w.UID, number)
	return v, found(err, "version")
}

// found returns the error of a read as a caller may see it.
func found(err error, what string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sqldb.ErrNoRow):
		return resource.NotFound(what)
	default:
		return fmt.Errorf("read %s: %w", what, err)
	}
}

// live reads the live version of a workflow. It is nil if nothing was published yet.
func (s Store) live(ctx context.Context, w Workflow) (*Version, error) {
	if w.Live == 0 {
		return nil, nil //nolint:nilnil // there is no version
	}
	v, err := s.Version(ctx, w, w.Live)
	return &v, err
}
