package workflows

import (
	"context"
	"database/sql"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/names"
	"github.com/keyhole-dev/keyhole/services/sharing/sketch"
)

// Check refuses work on a draft that has changed since its etag was read. An empty etag is
// that of any draft.
func (d Draft) Check(etag string) error {
	if etag != "" && etag != d.Etag {
		return resource.Conflict("draft")
	}
	return nil
}

// checkBase refuses to publish a draft over a version that its author may not have seen.
func (d Draft) checkBase(w Workflow) error {
	if d.Base == w.Live {
		return nil
	}
	return errs.Aborted(errorsv1.Reason_REASON_CONFLICT,
		"the draft started from version %d, and the live version is %d; compare the draft with it, save the draft with base_version %d, then publish again",
		d.Base, w.Live, w.Live)
}

// message returns the draft as its workspace sees it.
func (d Draft) message(w Workflow) *sharingv1.WorkflowDraft {
	return &sharingv1.WorkflowDraft{
		Name: names.Draft(w.Workspace, w.ID), Definition: d.Definition, BaseVersion: int32(d.Base), Etag: d.Etag,
		DefinitionHash: d.Hash, Author: d.Author, CreateTime: resource.Timestamp(d.Created), UpdateTime: resource.Timestamp(d.Updated),
	}
}

// Draft reads the draft of a workflow.
func (s Store) Draft(ctx context.Context, w Workflow) (Draft, error) {
	d, err := s.draft(ctx, w.UID)
	return d, found(err, "draft")
}

// draft reads the draft of a workflow. It returns sqldb.ErrNoRow if there is none.
func (s Store) draft(ctx context.Context, workflow string) (Draft, error) {
	return sqldb.One(s.db.QueryRowContext(ctx, `SELECT workflow, definition, hash, base_version, etag, author, create_time, update_time
		FROM drafts WHERE workflow = $1`, workflow), func(r sqldb.Scanner) (d Draft, err error) {
		err = r.Scan(&d.Workflow, &d.Definition, &d.Hash, &d.Base, &d.Etag, &d.Author, &d.Created, &d.Updated)
		return d, err
	})
}

// insertDraft writes the first draft of a workflow outside the trash. It returns false when
// there is a draft or no such workflow.
func (s Store) insertDraft(ctx context.Context, d Draft) (bool, error) {
	return s.putDraft(ctx, d, `INSERT INTO drafts (workflow, definition, hash, base_version, etag, author, create_time, update_time)
		SELECT uid, $2, $3, $4, $5, $6, $7, $8 FROM workflows WHERE uid = $1 AND delete_time = 0 ON CONFLICT DO NOTHING`,
		d.Workflow, d.Definition, d.Hash, d.Base, d.Etag, d.Author, d.Created, d.Updated)
}

// updateDraft writes d if the row still has the etag before. It returns false when it has
// another one, or is gone.
func (s Store) updateDraft(ctx context.Context, d Draft, before string) (bool, error) {
	return s.putDraft(ctx, d, `UPDATE drafts SET definition = $1, hash = $2, base_version = $3, etag = $4, author = $5, update_time = $6
		WHERE workflow = $7 AND etag = $8`, d.Definition, d.Hash, d.Base, d.Etag, d.Author, d.Updated, d.Workflow, before)
}

// putDraft runs one statement, and writes the sketch of the draft if that changed a row.
func (s Store) putDraft(ctx context.Context, d Draft, statement string, args ...any) (did bool, err error) {
	err = s.db.Tx(ctx, func(tx *sql.Tx) error {
		did, err = sqldb.Changed(tx.ExecContext(ctx, statement, args...))
		if err != nil || !did {
			return err
		}
		return sketch.Put(ctx, tx, d.Workflow, true, d.sketch)
	})
	return did, err
}
