package vault

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// workspace is a tenant.
type workspace struct {
	id         string
	title      string
	createTime int64
}

// createWorkspace reports false if the id is taken.
func createWorkspace(ctx context.Context, tx *sql.Tx, w workspace) (bool, error) {
	ok, err := sqldb.Changed(tx.ExecContext(ctx, `INSERT INTO workspaces (id, title, create_time) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO NOTHING`, w.id, w.title, w.createTime))
	if err != nil {
		return false, fmt.Errorf("insert workspace: %w", err)
	}
	return ok, nil
}

// workspace returns sql.ErrNoRows if there is none.
func (s *store) workspace(ctx context.Context, id string) (workspace, error) {
	return scanWorkspace(s.db.QueryRowContext(ctx, `SELECT id, title, create_time FROM workspaces WHERE id = $1`, id))
}

// workspaces lists those after a place, oldest first.
func (s *store) workspaces(ctx context.Context, after page.Place, limit int) ([]workspace, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id, title, create_time FROM workspaces
		WHERE (create_time, id) > ($1, $2) ORDER BY create_time, id LIMIT $3`, after.Time, after.ID, limit)
	return sqldb.All(rows, err, scanWorkspace)
}

func scanWorkspace(r sqldb.Scanner) (workspace, error) {
	var w workspace
	if err := r.Scan(&w.id, &w.title, &w.createTime); err != nil {
		return w, sqldb.Error(fmt.Errorf("read workspace: %w", err))
	}
	return w, nil
}
