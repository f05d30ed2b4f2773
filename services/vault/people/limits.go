package people

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/invitations"
)

// signUpPeriod is the window of the limits on sign-ups. Their records are kept for as long.
const signUpPeriod = 24 * time.Hour

// maxPeople bounds the people and open invitations of a workspace together.
const maxPeople = 1000

// room refuses another invitation for a workspace that is full.
func room(ctx context.Context, tx *sql.Tx, workspace string) error {
	var n int
	err := tx.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM people WHERE workspace = $1 AND remove_time IS NULL) +
		(SELECT COUNT(*) FROM invitations WHERE workspace = $1)`, workspace).Scan(&n)
	switch {
	case err != nil:
		return fmt.Errorf("count people: %w", err)
	case n >= maxPeople:
		return errs.InvalidArgument("the workspace has %d people and open invitations, and no more are possible: remove some first", n)
	}
	return nil
}

// Sweep deletes what has expired.
func (s *People) Sweep(ctx context.Context) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		if err := invitations.Sweep(ctx, tx, s.now()); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM sign_ups WHERE create_time <= $1`, sqldb.Micros(s.now().Add(-signUpPeriod))); err != nil {
			return fmt.Errorf("sweep sign-ups: %w", err)
		}
		return nil
	})
}
