package attempts

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// EndRun marks a run as ended. The mark is permanent for as long as a grant of the run can be valid.
func (s *Store) EndRun(ctx context.Context, run string, at int64) error {
	_, err := s.db.Exec(ctx, sqldb.Statement{
		Text: `INSERT INTO ended_runs (run, end_time) VALUES ($1, $2) ON CONFLICT (run) DO NOTHING`, Args: []any{run, at},
	})
	if err != nil {
		return fmt.Errorf("end run: %w", err)
	}
	return nil
}

// RunEnded reports whether a run has ended.
func (s *Store) RunEnded(ctx context.Context, run string) (bool, error) {
	var n int
	if err := s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM ended_runs WHERE run = $1`, run).Scan(&n); err != nil {
		return false, sqldb.Error(fmt.Errorf("read end of run: %w", err))
	}
	return n > 0, nil
}

// endedAmong returns the runs of attempts that have ended.
func (s *Store) endedAmong(ctx context.Context, attempts []Attempt) (map[string]bool, error) {
	runs := make([]any, len(attempts))
	for i, a := range attempts {
		runs[i] = a.Run
	}
	text := `SELECT run FROM ended_runs WHERE run IN ($1`
	for i := 2; i <= len(runs); i++ {
		text += ", $" + strconv.Itoa(i)
	}
	rows, err := s.db.QueryContext(ctx, text+")", runs...)
	list, err := sqldb.All(rows, err, func(r sqldb.Scanner) (run string, err error) { return run, r.Scan(&run) })
	if err != nil {
		return nil, sqldb.Error(fmt.Errorf("read ends of runs: %w", err))
	}
	ended := make(map[string]bool, len(list))
	for _, run := range list {
		ended[run] = true
	}
	return ended, nil
}

// ForgetRuns deletes the marks of runs whose grants have all expired.
func (s *Store) ForgetRuns(ctx context.Context, before int64) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM ended_runs WHERE end_time < $1`, before)
		return err
	})
}
