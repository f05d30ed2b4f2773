package workspaces

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// Store is the rows of workspaces.
type Store struct{ db *sqldb.DB }

// NewStore returns the rows of a database.
func NewStore(db *sqldb.DB) *Store { return &Store{db: db} }

// Workspace is a tenant.
type Workspace struct {
	ID         string
	Title      string
	CreateTime int64
}

// Counts are what an operator sees of a workspace.
type Counts struct{ keys, unlimited, people int32 }

type counted struct {
	Workspace
	Counts
}

// Create reports false if the id is taken.
func Create(ctx context.Context, tx *sql.Tx, w Workspace) (bool, error) {
	ok, err := sqldb.Changed(tx.ExecContext(ctx, `INSERT INTO workspaces (id, title, create_time) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO NOTHING`, w.ID, w.Title, w.CreateTime))
	if err != nil {
		return false, fmt.Errorf("insert workspace: %w", err)
	}
	return ok, nil
}

// Get returns sqldb.ErrNoRow if there is none.
func (s *Store) Get(ctx context.Context, id string) (Workspace, error) {
	return scanWorkspace(s.db.QueryRowContext(ctx, `SELECT id, title, create_time FROM workspaces WHERE id = $1`, id))
}

// countColumns count by the primary keys of their tables.
const countColumns = `(SELECT COUNT(*) FROM api_keys k WHERE k.workspace = w.id AND k.revoke_time IS NULL),
	(SELECT COUNT(*) FROM api_keys k WHERE k.workspace = w.id AND k.revoke_time IS NULL AND k.budget_runs IS NULL),
	(SELECT COUNT(*) FROM people p WHERE p.workspace = w.id AND p.remove_time IS NULL)`

// getCounted returns sqldb.ErrNoRow if there is none.
func (s *Store) getCounted(ctx context.Context, id string) (counted, error) {
	return scanCounted(s.db.QueryRowContext(ctx, `SELECT id, title, create_time, `+countColumns+` FROM workspaces w WHERE id = $1`, id))
}

// retitle reports false if there is no such workspace.
func retitle(ctx context.Context, tx *sql.Tx, id, title string) (bool, error) {
	ok, err := sqldb.Changed(tx.ExecContext(ctx, `UPDATE workspaces SET title = $2 WHERE id = $1`, id, title))
	if err != nil {
		return false, fmt.Errorf("update workspace: %w", err)
	}
	return ok, nil
}

// list returns workspaces after a place that contain a text, oldest first.
func (s *Store) list(ctx context.Context, text string, after page.Place, limit int) ([]counted, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id, title, create_time, `+countColumns+` FROM workspaces w
		WHERE (create_time, id) > ($1, $2) AND ($3 = '%%' OR id LIKE $3 ESCAPE '!' OR LOWER(title) LIKE $3 ESCAPE '!')
		ORDER BY create_time, id LIMIT $4`, after.Time, after.ID, sqldb.Containing(text), limit)
	return sqldb.All(rows, err, scanCounted)
}

func scanCounted(r sqldb.Scanner) (c counted, err error) {
	if err := r.Scan(&c.ID, &c.Title, &c.CreateTime, &c.keys, &c.unlimited, &c.people); err != nil {
		return c, sqldb.Error(fmt.Errorf("read workspace: %w", err))
	}
	return c, nil
}

func scanWorkspace(r sqldb.Scanner) (Workspace, error) {
	var w Workspace
	if err := r.Scan(&w.ID, &w.Title, &w.CreateTime); err != nil {
		return w, sqldb.Error(fmt.Errorf("read workspace: %w", err))
	}
	return w, nil
}
