package sharing

import (
	"context"
	"database/sql"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/scan"
)

// workflowRow is a workflow as it is stored.
type workflowRow struct {
	UID, Workspace, ID, Title, Description string
	Live, Revision                         int64
	ForkedFrom                             string
	Created, Updated, Deleted              int64
}

// versionRow is an immutable version.
type versionRow struct {
	Workflow   string
	Number     int64
	Definition []byte
	Hash       string
	Author     string
	Created    int64
}

const workflowColumns = `uid, workspace, id, title, description, live_version, revision, forked_from, create_time, update_time, delete_time`

func (w *workflowRow) fields() []any {
	return []any{
		&w.UID, &w.Workspace, &w.ID, &w.Title, &w.Description, &w.Live, &w.Revision, &w.ForkedFrom,
		&w.Created, &w.Updated, &w.Deleted,
	}
}

// store is the service's rows. Every query of a tenant's rows names the tenant.
type store struct{ db *sqldb.DB }

// workflow reads a workflow of a workspace, also one in the trash.
func (s store) workflow(ctx context.Context, q sqldb.Queryer, ws, id string) (w workflowRow, found bool, err error) {
	found, err = scan.One(q.QueryRowContext(ctx, `SELECT `+workflowColumns+` FROM workflows WHERE workspace = $1 AND id = $2`, ws, id), w.fields())
	return w, found, err
}

// workflowByUID reads the workflow of a share.
func (s store) workflowByUID(ctx context.Context, uid string) (w workflowRow, found bool, err error) {
	found, err = scan.One(s.db.QueryRowContext(ctx, `SELECT `+workflowColumns+` FROM workflows WHERE uid = $1`, uid), w.fields())
	return w, found, err
}

// workflows lists a page by id, after the given one.
func (s store) workflows(ctx context.Context, ws, after string, deleted bool, limit int) ([]workflowRow, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+workflowColumns+` FROM workflows
		WHERE workspace = $1 AND id > $2 AND ($3 OR delete_time = 0) ORDER BY id LIMIT $4`, ws, after, deleted, limit)
	if err != nil {
		return nil, err
	}
	return scan.All(rows, func(w *workflowRow) []any { return w.fields() })
}

// insertWorkflow writes a workflow with its first version; false when the id is taken.
func (s store) insertWorkflow(ctx context.Context, w workflowRow, v versionRow) (bool, error) {
	inserted := false
	err := s.db.Tx(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `INSERT INTO workflows (`+workflowColumns+`)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`,
			w.UID, w.Workspace, w.ID, w.Title, w.Description, w.Live, w.Revision, w.ForkedFrom, w.Created, w.Updated, w.Deleted)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		if inserted = n == 1; err != nil || !inserted {
			return err
		}
		return insertVersion(ctx, tx, v)
	})
	return inserted, err
}

func insertVersion(ctx context.Context, tx *sql.Tx, v versionRow) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO versions (workflow, number, definition, hash, author, create_time)
		VALUES ($1, $2, $3, $4, $5, $6)`, v.Workflow, v.Number, v.Definition, v.Hash, v.Author, v.Created)
	return err
}

// updateWorkflow writes w over the row that still has the revision before, with a
// new version if there is one; false when somebody else was faster.
func (s store) updateWorkflow(ctx context.Context, w workflowRow, before int64, v *versionRow) (bool, error) {
	updated := false
	err := s.db.Tx(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE workflows SET title = $1, description = $2, live_version = $3, revision = $4,
			update_time = $5, delete_time = $6 WHERE uid = $7 AND workspace = $8 AND revision = $9`,
			w.Title, w.Description, w.Live, w.Revision, w.Updated, w.Deleted, w.UID, w.Workspace, before)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		if updated = n == 1; err != nil || !updated {
			return err
		}
		if w.Deleted != 0 {
			return uncoverShares(ctx, tx, w)
		}
		if v == nil {
			return nil
		}
		return insertVersion(ctx, tx, *v)
	})
	return updated, err
}

// uncoverShares takes the use for a grant from all shares of a workflow: what is taken
// out of the trash again its owner confirms again. All are changed, so that no edit
// that goes on opens one.
func uncoverShares(ctx context.Context, tx *sql.Tx, w workflowRow) error {
	_, err := tx.ExecContext(ctx, `UPDATE shares SET granted_hash = '', update_time = update_time + 1,
		grant_doubt = CASE WHEN grant_doubt = 0 AND granted_hash <> '' THEN CAST($1 AS BIGINT) ELSE grant_doubt END
		WHERE workflow = $2 AND workspace = $3`, w.Updated, w.UID, w.Workspace)
	return err
}

func (v *versionRow) fields() []any {
	return []any{&v.Workflow, &v.Number, &v.Definition, &v.Hash, &v.Author, &v.Created}
}

// version reads a version of a workflow.
func (s store) version(ctx context.Context, workflow string, number int64) (v versionRow, found bool, err error) {
	found, err = scan.One(s.db.QueryRowContext(ctx, `SELECT workflow, number, definition, hash, author, create_time
		FROM versions WHERE workflow = $1 AND number = $2`, workflow, number), v.fields())
	return v, found, err
}

// versions lists versions before the given number, newest first, without definitions.
func (s store) versions(ctx context.Context, workflow string, before int64, limit int) ([]versionRow, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT workflow, number, hash, author, create_time FROM versions
		WHERE workflow = $1 AND number < $2 ORDER BY number DESC LIMIT $3`, workflow, before, limit)
	if err != nil {
		return nil, err
	}
	return scan.All(rows, func(v *versionRow) []any { return []any{&v.Workflow, &v.Number, &v.Hash, &v.Author, &v.Created} })
}

// uncoverTrash takes the use for a grant from shares that were opened while their
// workflow went to the trash.
func (s store) uncoverTrash(ctx context.Context, now int64) error {
	_, err := s.changed(ctx, `UPDATE shares SET granted_hash = '', grant_doubt = $1, update_time = update_time + 1
		WHERE granted_hash <> '' AND workflow IN (SELECT uid FROM workflows WHERE delete_time <> 0)`, now)
	return err
}

// purge removes for ever what has been in the trash since before the given time.
// Runs and line items stay: they are charges. What may still have a grant in the vault
// stays until it is withdrawn.
func (s store) purge(ctx context.Context, before int64) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		const over = `delete_time <> 0 AND delete_time < $1
			AND NOT EXISTS (SELECT 1 FROM shares WHERE shares.workflow = workflows.uid AND grant_doubt <> 0)`
		const old = `(SELECT uid FROM workflows WHERE ` + over + `)`
		for _, statement := range []string{
			`DELETE FROM shares WHERE workflow IN ` + old,
			`DELETE FROM versions WHERE workflow IN ` + old,
			`DELETE FROM workflows WHERE ` + over,
		} {
			if _, err := tx.ExecContext(ctx, statement, before); err != nil {
				return err
			}
		}
		return nil
	})
}
