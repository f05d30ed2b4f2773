package vault

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// attempt is one use of a handle.
type attempt struct {
	run, step, field  string
	number            int64
	id                string
	workspace         string
	share             string // of a hidden credential; "" for the visitor's and the owner's own
	credential        string
	credentialVersion int64
	destination       string
	chargedKey        string
	peer              string
	startTime         int64
	outcome           string
}

// begin writes the intent durably. It reports false if this attempt of this slot
// was begun before: the second use of a handle, or of another one for the same.
func (s *store) begin(ctx context.Context, a attempt) (bool, error) {
	var first bool
	err := s.db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var err error
		first, err = affected(tx.ExecContext(ctx, `INSERT INTO attempts (run, step, field, attempt, id, workspace, share, credential,
			credential_version, destination, charged_key, peer, start_time, outcome)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '')
			ON CONFLICT (run, step, field, attempt) DO NOTHING`,
			a.run, a.step, a.field, a.number, a.id, a.workspace, a.share, a.credential, a.credentialVersion, a.destination,
			a.chargedKey, a.peer, a.startTime))
		return err
	})
	if err != nil {
		return false, fmt.Errorf("write intent: %w", err)
	}
	return first, nil
}

// end writes how an attempt ended.
func (s *store) end(ctx context.Context, a attempt, at int64, outcome string) error {
	err := s.db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE attempts SET end_time = $5, outcome = $6
			WHERE run = $1 AND step = $2 AND field = $3 AND attempt = $4 AND outcome = ''`,
			a.run, a.step, a.field, a.number, at, outcome)
		return err
	})
	if err != nil {
		return fmt.Errorf("write outcome: %w", err)
	}
	return nil
}

// attempts lists what a run began, oldest first.
func (s *store) attempts(ctx context.Context, run string) ([]attempt, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT step, field, attempt, credential, start_time, outcome FROM attempts
		WHERE run = $1 ORDER BY start_time, step, field, attempt`, run)
	return collect(rows, err, func(r scanner) (attempt, error) {
		var a attempt
		if err := r.Scan(&a.step, &a.field, &a.number, &a.credential, &a.startTime, &a.outcome); err != nil {
			return a, sqldb.Error(fmt.Errorf("read attempt: %w", err))
		}
		return a, nil
	})
}

// endRun marks a run as over, for ever.
func (s *store) endRun(ctx context.Context, run string, at int64) error {
	err := s.db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO ended_runs (run, end_time) VALUES ($1, $2) ON CONFLICT (run) DO NOTHING`, run, at)
		return err
	})
	if err != nil {
		return fmt.Errorf("end run: %w", err)
	}
	return nil
}

// runEnded reports whether a run is over.
func (s *store) runEnded(ctx context.Context, run string) (bool, error) {
	var n int
	if err := s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM ended_runs WHERE run = $1`, run).Scan(&n); err != nil {
		return false, sqldb.Error(fmt.Errorf("read end of run: %w", err))
	}
	return n > 0, nil
}

// forgetRuns drops the marks of runs whose grants cannot be alive any more.
func (s *store) forgetRuns(ctx context.Context, before int64) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM ended_runs WHERE end_time < $1`, before)
		return err
	})
}
