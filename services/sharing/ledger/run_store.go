package ledger

import (
	"context"
	"database/sql"
	"slices"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// batchSize keeps a statement below the number of parameters that the engines allow.
const batchSize = 500

// Store reads and writes the rows of runs and line items.
type Store struct{ db *sqldb.DB }

// NewStore returns the store in a database.
func NewStore(db *sqldb.DB) Store { return Store{db: db} }

// Insert writes the row of an admitted run. It shares its commit with other writes. It
// returns false when a run with this ID or this request of the caller exists.
func (s Store) Insert(ctx context.Context, r Run) (bool, error) {
	n, err := s.db.Exec(ctx, sqldb.Statement{
		Text: `INSERT INTO runs (` + runColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
			$11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30) ON CONFLICT DO NOTHING`,
		Args: []any{
			r.ID, r.RequestID, r.Caller, r.CallerWorkspace, r.OwnerWorkspace, r.ChargedWorkspace, r.ChargedKey, r.Visitor,
			r.Workflow, r.WorkflowID, r.Version, r.VersionHash, r.Share, r.ShareID, r.Rights, r.Scopes, r.VaultOpen, r.Lease,
			r.State, r.Reason, r.Message, r.Steps, r.Day, r.Start, r.End, r.Images, r.Calls, r.InputTokens, r.OutputTokens,
			r.Pictures,
		},
	})
	return err == nil && n[0] == 1, err
}

// Delete removes the row of a run that was refused after all or that did nothing. It
// returns false when the run is not open: a run that has ended is a charge and stays.
func (s Store) Delete(ctx context.Context, id string) (bool, error) {
	n, err := s.db.Exec(ctx, sqldb.Statement{Text: `DELETE FROM runs WHERE id = $1 AND state = 1`, Args: []any{id}})
	return err == nil && n[0] == 1, err
}

// Run reads a run by its ID. Run and RunOfRequest return sqldb.ErrNoRow if there is none.
func (s Store) Run(ctx context.Context, id string) (Run, error) {
	return sqldb.One(s.db.QueryRowContext(ctx, `SELECT `+runColumns+` FROM runs WHERE id = $1`, id), scanRun)
}

// RunOfRequest reads the run that a request of a caller started.
func (s Store) RunOfRequest(ctx context.Context, caller, request string) (Run, error) {
	return sqldb.One(s.db.QueryRowContext(ctx, `SELECT `+runColumns+` FROM runs
		WHERE caller = $1 AND request_id = $2 AND request_id <> ''`, caller, request), scanRun)
}

// Renew extends the leases of the open ones among the runs. It returns these.
func (s Store) Renew(ctx context.Context, runs []string, lease int64) (map[string]bool, error) {
	open := map[string]bool{}
	for len(runs) > 0 {
		batch := runs[:min(len(runs), batchSize)]
		runs = runs[len(batch):]
		var ids []string // of the last attempt: a run that was open in an earlier one may have ended
		err := s.db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error {
			rows, err := tx.QueryContext(ctx, `UPDATE runs SET lease = $1 WHERE state = 1 AND id IN `+sqldb.Placeholders(1, len(batch))+
				` RETURNING id`, append([]any{lease}, sqldb.Arguments(batch)...)...)
			ids, err = sqldb.All(rows, err, func(r sqldb.Scanner) (id string, err error) {
				err = r.Scan(&id)
				return id, err
			})
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			open[id] = true
		}
	}
	return open, nil
}

// Expired lists open runs whose lease ended before a time, the oldest first.
func (s Store) Expired(ctx context.Context, before int64, limit int) ([]Run, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+runColumns+` FROM runs WHERE state = 1 AND lease < $1 ORDER BY lease LIMIT $2`, before, limit)
	return sqldb.All(rows, err, scanRun)
}

// Open reads the open ones among the runs.
func (s Store) Open(ctx context.Context, runs []string) ([]Run, error) {
	var open []Run
	for batch := range slices.Chunk(runs, batchSize) {
		rows, err := s.db.QueryContext(ctx, `SELECT `+runColumns+` FROM runs WHERE state = 1 AND id IN `+sqldb.Placeholders(0, len(batch)), sqldb.Arguments(batch)...)
		list, err := sqldb.All(rows, err, scanRun)
		if err != nil {
			return nil, err
		}
		open = append(open, list...)
	}
	return open, nil
}
