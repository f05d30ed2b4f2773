package exposure

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// maxPositions bounds the positions that one text adds. It is above every threshold, so the others do not matter.
const maxPositions = 64

// show stores positions of a value. It is idempotent and commutes with the writes of other replicas, because a
// position is stored or not. Positions are sorted, so that two writers lock rows in the same order and cannot
// deadlock.
func (s *Memory) show(ctx context.Context, v Value, positions []int, at int64) error {
	if len(positions) == 0 {
		return nil
	}
	positions = positions[:min(len(positions), maxPositions)]
	var values strings.Builder
	args := []any{v.Workspace, v.Fingerprint, v.Share, at}
	for i, position := range positions {
		if i > 0 {
			values.WriteString(", ")
		}
		args = append(args, position)
		values.WriteString("($1, $2, $3, $" + strconv.Itoa(len(args)) + ", $4)")
	}
	_, err := s.db.Exec(ctx, sqldb.Statement{
		Text: `INSERT INTO shown (workspace, value, share, place, first_time) VALUES ` + values.String() + ` ON CONFLICT DO NOTHING`,
		Args: args,
	})
	if err != nil {
		return fmt.Errorf("write shown positions: %w", err)
	}
	return nil
}

// shownOf counts the positions that a share has shown of a value, and those that all shares have shown together.
// It reads after the commit of show: in the same transaction two replicas that cross a threshold together would
// not see each other's positions.
func (s *Memory) shownOf(ctx context.Context, v Value) (own, all int64, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT COALESCE(SUM(CASE WHEN share = $3 THEN 1 ELSE 0 END), 0), COUNT(DISTINCT place)
		FROM shown WHERE workspace = $1 AND value = $2`, v.Workspace, v.Fingerprint, v.Share).Scan(&own, &all)
	if err != nil {
		return 0, 0, sqldb.Error(fmt.Errorf("count shown positions: %w", err))
	}
	return own, all, nil
}

// othersShown lists other shares that have shown positions of a value.
func othersShown(ctx context.Context, q sqldb.Queryer, v Value) ([]string, error) {
	rows, err := q.QueryContext(ctx, `SELECT DISTINCT share FROM shown
		WHERE workspace = $1 AND value = $2 AND share <> $3 ORDER BY share LIMIT 20`, v.Workspace, v.Fingerprint, v.Share)
	return sqldb.All(rows, err, func(r sqldb.Scanner) (share string, err error) { return share, r.Scan(&share) })
}

// ForgetShown deletes positions of values that no credential has now.
func (s *Memory) ForgetShown(ctx context.Context) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM shown WHERE NOT EXISTS (SELECT 1 FROM credentials
			WHERE credentials.workspace = shown.workspace AND credentials.fingerprint = shown.value)`)
		return err
	})
}
