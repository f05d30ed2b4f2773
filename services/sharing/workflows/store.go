package workflows

import (
	"context"
	"database/sql"

	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/peers"
	"github.com/keyhole-dev/keyhole/services/sharing/sketch"
)

// Workflow is the row of a workflow.
type Workflow struct {
	UID, Workspace, ID, Title, Description string
	Live, Revision                         int64
	ForkedFrom                             string
	Created, Updated, Deleted              int64
}

// Version is the row of a version. It never changes.
type Version struct {
	Workflow   string
	Number     int64
	Definition []byte
	Hash       string
	Author     string
	Created    int64
	sketch     sketch.Sketch // of a new version; none is read
	// Pins say what its model IDs mean to links. They do not change, but one may be added
	// for an ID that meant nothing before.
	Pins peers.Pins
}

const workflowColumns = `uid, workspace, id, title, description, live_version, revision, forked_from, create_time, update_time, delete_time`

func scanWorkflow(r sqldb.Scanner) (w Workflow, err error) {
	err = r.Scan(
		&w.UID, &w.Workspace, &w.ID, &w.Title, &w.Description, &w.Live, &w.Revision, &w.ForkedFrom,
		&w.Created, &w.Updated, &w.Deleted,
	)
	return w, err
}

// Store reads and writes the rows of workflows and versions. Every query for the rows of a
// workspace names the workspace.
type Store struct{ db *sqldb.DB }

// NewStore returns the store in a database.
func NewStore(db *sqldb.DB) Store { return Store{db: db} }

// byID reads a workflow of a workspace, also one in the trash.
func (s Store) byID(ctx context.Context, ws, id string) (Workflow, error) {
	return sqldb.One(s.db.QueryRowContext(ctx, `SELECT `+workflowColumns+` FROM workflows WHERE workspace = $1 AND id = $2`, ws, id), scanWorkflow)
}

// ByUID reads a workflow by its unique ID, also one in the trash. It returns
// sqldb.ErrNoRow if there is none.
func (s Store) ByUID(ctx context.Context, uid string) (Workflow, error) {
	return sqldb.One(s.db.QueryRowContext(ctx, `SELECT `+workflowColumns+` FROM workflows WHERE uid = $1`, uid), scanWorkflow)
}

// insert writes a workflow, and its first version if there is one. It returns false when
// the ID is taken.
func (s Store) insert(ctx context.Context, w Workflow, v *Version) (bool, error) {
	inserted := false
	err := s.db.Tx(ctx, func(tx *sql.Tx) (err error) {
		inserted, err = sqldb.Changed(tx.ExecContext(ctx, `INSERT INTO workflows (`+workflowColumns+`)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`,
			w.UID, w.Workspace, w.ID, w.Title, w.Description, w.Live, w.Revision, w.ForkedFrom, w.Created, w.Updated, w.Deleted))
		if err != nil || !inserted || v == nil {
			return err
		}
		return insertVersion(ctx, tx, *v)
	})
	return inserted, err
}

func insertVersion(ctx context.Context, tx *sql.Tx, v Version) error {
	pins, err := sqldb.ToJSON(v.Pins.OrNone())
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO versions (workflow, number, definition, hash, author, create_time, model_pins)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, v.Workflow, v.Number, v.Definition, v.Hash, v.Author, v.Created, pins)
	if err != nil {
		return err
	}
	return sketch.Put(ctx, tx, v.Workflow, false, v.sketch)
}

// additions are what goes with the update of a workflow in one transaction.
type additions struct {
	// version is the new version, nil for none.
	version *Version
	// published is the draft that the version comes from. It is deleted.
	published *Draft
	// uncover runs when the workflow is deleted.
	uncover func(context.Context, *sql.Tx, Workflow) error
}

// update writes w if the row still has the revision before. It returns false when the row
// has another revision. The row comes first: of two updates only one finds the revision, and
// only that one writes the rest.
func (s Store) update(ctx context.Context, w Workflow, before int64, more additions) (bool, error) {
	updated := false
	err := s.db.Tx(ctx, func(tx *sql.Tx) (err error) {
		updated, err = sqldb.Changed(tx.ExecContext(ctx, `UPDATE workflows SET title = $1, description = $2, live_version = $3, revision = $4,
			update_time = $5, delete_time = $6 WHERE uid = $7 AND workspace = $8 AND revision = $9`,
			w.Title, w.Description, w.Live, w.Revision, w.Updated, w.Deleted, w.UID, w.Workspace, before))
		if err != nil || !updated {
			return err
		}
		if w.Deleted != 0 {
			return more.uncover(ctx, tx, w)
		}
		if more.published != nil {
			if err := dropDraft(ctx, tx, *more.published); err != nil {
				return err
			}
		}
		if more.version == nil {
			return nil
		}
		return insertVersion(ctx, tx, *more.version)
	})
	return updated, err
}

// version reads a version of a workflow. It returns sqldb.ErrNoRow if there is none.
func (s Store) version(ctx context.Context, workflow string, number int64) (Version, error) {
	return sqldb.One(s.db.QueryRowContext(ctx, `SELECT workflow, number, definition, hash, author, create_time, model_pins
		FROM versions WHERE workflow = $1 AND number = $2`, workflow, number), func(r sqldb.Scanner) (v Version, err error) {
		var pins string
		if err = r.Scan(&v.Workflow, &v.Number, &v.Definition, &v.Hash, &v.Author, &v.Created, &pins); err != nil {
			return v, err
		}
		return v, sqldb.FromJSON(pins, &v.Pins)
	})
}

// Draft is the row of the draft of a workflow. It holds no secret, and perhaps a definition
// with problems.
type Draft struct {
	Workflow   string
	Definition []byte
	Hash       string
	// Base is the version that it was started from, 0 if there was none.
	Base             int64
	Etag             string
	Author           string
	Created, Updated int64
	sketch           sketch.Sketch // of a changed draft; none is read
}

// deleteDraft deletes a draft. It fails if the draft has changed since it was read.
func (s Store) deleteDraft(ctx context.Context, d Draft) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error { return dropDraft(ctx, tx, d) })
}

// dropDraft deletes a draft and its sketch. It fails if the draft has changed meanwhile.
func dropDraft(ctx context.Context, tx *sql.Tx, d Draft) error {
	dropped, err := sqldb.Changed(tx.ExecContext(ctx, `DELETE FROM drafts WHERE workflow = $1 AND etag = $2`, d.Workflow, d.Etag))
	if err == nil && !dropped {
		return resource.Conflict("draft")
	}
	if err != nil {
		return err
	}
	return sketch.DropDraft(ctx, tx, d.Workflow)
}
