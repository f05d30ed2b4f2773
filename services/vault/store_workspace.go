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

// dataKey returns sql.ErrNoRows if the workspace has none yet.
func (s *store) dataKey(ctx context.Context, workspace string) ([]byte, error) {
	var wrapped []byte
	err := s.db.QueryRowContext(ctx, `SELECT wrapped FROM data_keys WHERE workspace = $1`, workspace).Scan(&wrapped)
	if err != nil {
		return nil, sqldb.Error(fmt.Errorf("read data key: %w", err))
	}
	return wrapped, nil
}

// keepDataKey stores a data key unless there is one, and returns the one that
// is stored.
func (s *store) keepDataKey(ctx context.Context, workspace string, wrapped []byte) ([]byte, error) {
	var kept []byte
	err := s.tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO data_keys (workspace, wrapped, create_time)
			VALUES ($1, $2, (SELECT create_time FROM workspaces WHERE id = $1)) ON CONFLICT (workspace) DO NOTHING`,
			workspace, wrapped); err != nil {
			return fmt.Errorf("insert data key: %w", err)
		}
		return tx.QueryRowContext(ctx, `SELECT wrapped FROM data_keys WHERE workspace = $1`, workspace).Scan(&kept)
	})
	return kept, err
}

// dataKeys counts the wrapped keys.
func (s *store) dataKeys(ctx context.Context) (int, error) {
	var n int
	if err := s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM data_keys`).Scan(&n); err != nil {
		return 0, sqldb.Error(fmt.Errorf("count data keys: %w", err))
	}
	return n, nil
}
