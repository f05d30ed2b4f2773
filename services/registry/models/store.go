package models

import (
	"context"
	"database/sql"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// Store keeps models and versions. Every query names the workspace. A read or a write that finds
// no row returns sqldb.ErrNoRow.
type Store struct{ db *sqldb.DB }

// NewStore uses a database with the registry's schema.
func NewStore(db *sqldb.DB) *Store { return &Store{db} }

// Model is a row of models, with the number of its newest ready version.
type Model struct {
	Name
	Title, Task string
	Public      bool
	Latest      int64
	Created     time.Time
}

// usableBy reports whether runs that a workspace pays for may use the model.
func (m Model) usableBy(workspace string) bool { return m.Public || m.Workspace == workspace }

const modelColumns = `m.workspace, m.model, m.title, m.task, m.public, m.create_time,
  COALESCE((SELECT MAX(v.number) FROM model_versions v WHERE v.workspace = m.workspace AND v.model = m.model AND v.state = 2), 0)`

func readModel(row sqldb.Scanner) (m Model, err error) {
	var created int64
	err = row.Scan(&m.Workspace, &m.Name.Model, &m.Title, &m.Task, &m.Public, &created, &m.Latest)
	m.Created = sqldb.FromMicros(created)
	return m, err
}

// Create inserts a model without versions.
func (s *Store) Create(ctx context.Context, m Model) error {
	return s.db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO models (workspace, model, title, task, public, create_time) VALUES ($1, $2, $3, $4, $5, $6)`,
			m.Workspace, m.Name.Model, m.Title, m.Task, m.Public, sqldb.Micros(m.Created))
		return err
	})
}

// Get reads one model.
func (s *Store) Get(ctx context.Context, n Name) (Model, error) {
	return sqldb.One(s.db.QueryRowContext(ctx, `SELECT `+modelColumns+` FROM models m WHERE m.workspace = $1 AND m.model = $2`, n.Workspace, n.Model), readModel)
}

// withText is the condition for models that contain the text $2 of a workspace $1.
const withText = `m.workspace = $1 AND ($2 = '%%' OR m.model LIKE $2 ESCAPE '!' OR LOWER(m.title) LIKE $2 ESCAPE '!' OR LOWER(m.task) LIKE $2 ESCAPE '!')`

// count returns how many models contain a text.
func (s *Store) count(ctx context.Context, workspace, text string) (n int32, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM models m WHERE `+withText, workspace, sqldb.Containing(text)).Scan(&n)
	return n, sqldb.Error(err)
}

// list reads models by ID, after the given one.
func (s *Store) list(ctx context.Context, workspace, text, after string, limit int) ([]Model, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+modelColumns+` FROM models m WHERE `+withText+` AND m.model > $3
		ORDER BY m.model LIMIT $4`, workspace, sqldb.Containing(text), after, limit)
	return sqldb.All(rows, err, readModel)
}

// update sets the fields that are not nil.
func (s *Store) update(ctx context.Context, n Name, title *string, public *bool) error {
	return s.db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error {
		return mustChange(tx.ExecContext(ctx, `UPDATE models SET title = COALESCE($3, title), public = COALESCE($4, public) WHERE workspace = $1 AND model = $2`,
			n.Workspace, n.Model, title, public))
	})
}

// Delete deletes a model with its versions. It returns the versions that had artifacts. The same
// transaction records these as orphans, because nothing else knows of them afterwards.
func (s *Store) Delete(ctx context.Context, n Name, record orphan) (gone []Version, err error) {
	err = s.db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error {
		// The update locks the row first, so that no version is created before the model is gone.
		err := mustChange(tx.ExecContext(ctx, `UPDATE models SET next_number = next_number WHERE workspace = $1 AND model = $2`, n.Workspace, n.Model))
		if err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `DELETE FROM model_versions WHERE workspace = $1 AND model = $2 RETURNING `+versionColumns, n.Workspace, n.Model)
		all, err := sqldb.All(rows, err, readVersion)
		if err != nil {
			return err
		}
		gone = withArtifacts(all)
		if err := record(ctx, tx, gone); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM models WHERE workspace = $1 AND model = $2`, n.Workspace, n.Model)
		return err
	})
	return gone, err
}
