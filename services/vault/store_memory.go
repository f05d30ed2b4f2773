package vault

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// maxPositions bounds the positions that one text adds to the memory: more than any
// threshold, so that what is left out decides nothing.
const maxPositions = 64

// show writes positions of a value durably. It is idempotent and commutes with what
// other replicas write: a position is there or not. Positions are sorted, so that two
// writers lock rows in one order.
func (s *store) show(ctx context.Context, v exposed, positions []int, at int64) error {
	if len(positions) == 0 {
		return nil
	}
	positions = positions[:min(len(positions), maxPositions)]
	var values strings.Builder
	args := []any{v.workspace, v.value, v.share, at}
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
		return fmt.Errorf("write what was shown: %w", err)
	}
	return nil
}

// shownOf counts the positions that a share has shown of a value, and those that all
// shares have shown together. It is asked after the commit of show: within its
// transaction two replicas that cross a threshold together would miss each other's.
func (s *store) shownOf(ctx context.Context, v exposed) (own, all int64, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT COALESCE(SUM(CASE WHEN share = $3 THEN 1 ELSE 0 END), 0), COUNT(DISTINCT place)
		FROM shown WHERE workspace = $1 AND value = $2`, v.workspace, v.value, v.share).Scan(&own, &all)
	if err != nil {
		return 0, 0, sqldb.Error(fmt.Errorf("count what was shown: %w", err))
	}
	return own, all, nil
}

// othersShown lists other shares that have shown something of a value.
func othersShown(ctx context.Context, q sqldb.Queryer, v exposed) ([]string, error) {
	rows, err := q.QueryContext(ctx, `SELECT DISTINCT share FROM shown
		WHERE workspace = $1 AND value = $2 AND share <> $3 ORDER BY share LIMIT 20`, v.workspace, v.value, v.share)
	return sqldb.All(rows, err, func(r sqldb.Scanner) (share string, err error) { return share, r.Scan(&share) })
}

// forgetShown drops what was shown of values that no credential has any more.
func (s *store) forgetShown(ctx context.Context) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM shown WHERE NOT EXISTS (SELECT 1 FROM credentials
			WHERE credentials.workspace = shown.workspace AND credentials.fingerprint = shown.value)`)
		return err
	})
}

// suspension is one time that the guard has stopped a share.
type suspension struct {
	id         string
	exposed    exposed
	run        string
	time       int64
	characters int64
	chance     bool
	// most is how many suspensions the value may cause before it must be replaced.
	most int64
	// count is how many it has caused, this one among them.
	count int64
}

func putSuspension(ctx context.Context, tx *sql.Tx, p suspension) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO suspensions
		(id, workspace, value, share, credential, run, time, characters, chance, most) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		p.id, p.exposed.workspace, p.exposed.value, p.exposed.share, p.exposed.credential, p.run, p.time, p.characters, p.chance, p.most)
	if err != nil {
		return fmt.Errorf("insert suspension: %w", err)
	}
	return nil
}

// suspensionOf is a share's latest, or nil.
func (s *store) suspensionOf(ctx context.Context, workspace, share string) (*suspension, error) {
	p := suspension{exposed: exposed{workspace: workspace, share: share}}
	err := s.db.QueryRowContext(ctx, `SELECT p.id, p.value, p.credential, p.run, p.time, p.characters, p.chance, p.most,
		(SELECT COUNT(*) FROM suspensions q WHERE q.workspace = p.workspace AND q.value = p.value)
		FROM suspensions p WHERE p.workspace = $1 AND p.share = $2 ORDER BY p.time DESC, p.id DESC LIMIT 1`, workspace, share).
		Scan(&p.id, &p.exposed.value, &p.exposed.credential, &p.run, &p.time, &p.characters, &p.chance, &p.most, &p.count)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, sqldb.Error(fmt.Errorf("read suspension: %w", err))
	}
	return &p, nil
}

// suspensionsBy counts how often a value was the reason for a suspension, and how often
// it may be.
func suspensionsBy(ctx context.Context, q sqldb.Queryer, workspace, value string) (count, most int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(MIN(most), 1) FROM suspensions WHERE workspace = $1 AND value = $2`,
		workspace, value).Scan(&count, &most)
	if err != nil {
		return 0, 0, sqldb.Error(fmt.Errorf("count suspensions: %w", err))
	}
	return count, most, nil
}
