package envelope

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// store reads and writes wrapped data keys.
type store struct{ db *sqldb.DB }

// dataKey returns sqldb.ErrNoRow if the workspace has none yet.
func (s store) dataKey(ctx context.Context, workspace string) ([]byte, error) {
	var wrapped []byte
	err := s.db.QueryRowContext(ctx, `SELECT wrapped FROM data_keys WHERE workspace = $1`, workspace).Scan(&wrapped)
	if err != nil {
		return nil, sqldb.Error(fmt.Errorf("read data key: %w", err))
	}
	return wrapped, nil
}

// keepDataKey stores a data key unless there is one, and returns the stored one.
func (s store) keepDataKey(ctx context.Context, workspace string, wrapped []byte) ([]byte, error) {
	var kept []byte
	err := s.db.Tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO data_keys (workspace, wrapped, create_time)
			VALUES ($1, $2, (SELECT create_time FROM workspaces WHERE id = $1)) ON CONFLICT (workspace) DO NOTHING`,
			workspace, wrapped); err != nil {
			return fmt.Errorf("insert data key: %w", err)
		}
		return tx.QueryRowContext(ctx, `SELECT wrapped FROM data_keys WHERE workspace = $1`, workspace).Scan(&kept)
	})
	return kept, err
}
