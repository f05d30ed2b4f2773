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

// list returns workspaces after a place that contain a text, oldest first.
func (s *Store) list(ctx context.Context, text string, after page.Place, limit int) ([]Workspace, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id, title, create_time FROM workspaces
		WHERE (create_time, id) > ($1, $2) AND ($3 = '%%' OR id LIKE $3 ESCAPE '!' OR LOWER(title) LIKE $3 ESCAPE '!')
		ORDER BY create_time, id LIMIT $4`, after.Time, after.ID, sqldb.Containing(text), limit)
	return sqldb.All(rows, err, scanWorkspace)
}

func scanWorkspace(r sqldb.Scanner) (Workspace, error) {
	var w Workspace
	if err := r.Scan(&w.ID, &w.Title, &w.CreateTime); err != nil {
		return w, sqldb.Error(fmt.Errorf("read workspace: %w", err))
	}
	return w, nil
}
