package vault

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

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
	// suspendTime is since when the guard has suspended the share, 0 where it has not. It
	// is read with the account of a run alone.
	suspendTime int64
}

const attemptColumns = `run, step, field, attempt, id, workspace, share, credential, credential_version, destination,
	charged_key, peer, start_time`

// attemptValues is how many columns those are.
const attemptValues = 13

// values are the columns of an intent.
func (a attempt) values() []any {
	return []any{
		a.run, a.step, a.field, a.number, a.id, a.workspace, a.share, a.credential, a.credentialVersion, a.destination,
		a.chargedKey, a.peer, a.startTime,
	}
}

// beginning is what became of an intent.
type beginning int

const (
	// usedBefore: it is the second use of a handle, or of another one for the same
	// attempt.
	usedBefore beginning = iota
	// begun: it is durable, and its call may be made.
	begun
	// tooLate: it is durable, but its run has ended; whoever ended the run may not
	// have seen it, so that its call must not be made.
	tooLate
)

// begin writes intents durably, all or none, and then looks which of their runs have
// ended. After the commit, because then either the end sees the intent or the intent
// sees the end: within the transaction both could miss each other.
func (s *store) begin(ctx context.Context, intents []attempt) (map[string]beginning, error) {
	first, err := s.writeIntents(ctx, intents)
	if err != nil {
		return nil, err
	}
	ended, err := s.endedAmong(ctx, intents)
	if err != nil {
		return nil, err
	}
	out := make(map[string]beginning, len(intents))
	for _, a := range intents {
		switch {
		case !first[a.id]:
		case ended[a.run]:
			out[a.id] = tooLate
		default:
			out[a.id] = begun
		}
	}
	return out, nil
}

// writeIntents returns the ids of those that had not been begun before.
func (s *store) writeIntents(ctx context.Context, intents []attempt) (map[string]bool, error) {
	var statements []sqldb.Statement
	for rest := intents; len(rest) > 0; {
		n := batchSize(len(rest))
		statements = append(statements, s.insertIntents(rest[:n]))
		rest = rest[n:]
	}
	written, err := s.db.Exec(ctx, statements...)
	if err != nil {
		return nil, fmt.Errorf("write intents: %w", err)
	}
	begun, rest := make(map[string]bool, len(intents)), intents
	for _, n := range written {
		batch := rest[:batchSize(len(rest))]
		rest = rest[len(batch):]
		for _, a := range batch {
			begun[a.id] = true
			if n < int64(len(batch)) { // some were begun before: ask which
				if begun[a.id], err = s.isFirst(ctx, a); err != nil {
					return nil, err
				}
			}
		}
	}
	return begun, nil
}

// isFirst reports whether an intent that was written is the one that stands for its
// attempt. It is asked after the commit: what stands is never replaced.
func (s *store) isFirst(ctx context.Context, a attempt) (bool, error) {
	var id string
	err := s.db.QueryRowContext(ctx, `SELECT id FROM attempts WHERE run = $1 AND step = $2 AND field = $3 AND attempt = $4`,
		a.run, a.step, a.field, a.number).Scan(&id)
	if err != nil {
		return false, sqldb.Error(fmt.Errorf("read intent: %w", err))
	}
	return id == a.id, nil
}

// batchSize is the largest of a few sizes that fits: a statement is compiled for
// each text, so there are few texts.
func batchSize(n int) int {
	size := maxIntents
	for size > n {
		size /= 4
	}
	return size
}

func (s *store) insertIntents(intents []attempt) sqldb.Statement {
	args := make([]any, 0, attemptValues*len(intents))
	for _, a := range intents {
		args = append(args, a.values()...)
	}
	return sqldb.Statement{Text: s.insertTexts[len(intents)], Args: args}
}

// insertText is the statement that writes so many intents.
func insertText(rows int) string {
	var b strings.Builder
	b.WriteString(`INSERT INTO attempts (` + attemptColumns + `) VALUES `)
	for i := range rows * attemptValues {
		switch {
		case i == 0:
			b.WriteString("(")
		case i%attemptValues == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(i+1))
	}
	b.WriteString(`) ON CONFLICT (run, step, field, attempt) DO NOTHING`)
	return b.String()
}

// end writes how an attempt ended.
func (s *store) end(ctx context.Context, a attempt, at int64, outcome string) error {
	_, err := s.db.Exec(ctx, sqldb.Statement{
		Text: `UPDATE attempts SET end_time = $5, outcome = $6
			WHERE run = $1 AND step = $2 AND field = $3 AND attempt = $4 AND outcome = ''`,
		Args: []any{a.run, a.step, a.field, a.number, at, outcome},
	})
	if err != nil {
		return fmt.Errorf("write outcome: %w", err)
	}
	return nil
}

// attempts lists what a run began, oldest first, but for what is known never to have
// been sent.
func (s *store) attempts(ctx context.Context, run string) ([]attempt, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT step, field, attempt, credential, start_time, outcome, workspace, share,
		credential_version, peer, COALESCE((SELECT g.suspend_time FROM credential_grants g WHERE g.share = attempts.share), 0)
		FROM attempts WHERE run = $1 AND outcome NOT LIKE $2 ORDER BY start_time, step, field, attempt`, run, notSent+"%")
	return sqldb.All(rows, err, func(r sqldb.Scanner) (attempt, error) {
		var a attempt
		if err := r.Scan(&a.step, &a.field, &a.number, &a.credential, &a.startTime, &a.outcome, &a.workspace, &a.share,
			&a.credentialVersion, &a.peer, &a.suspendTime); err != nil {
			return a, sqldb.Error(fmt.Errorf("read attempt: %w", err))
		}
		return a, nil
	})
}

// endRun marks a run as over, for ever.
func (s *store) endRun(ctx context.Context, run string, at int64) error {
	_, err := s.db.Exec(ctx, sqldb.Statement{
		Text: `INSERT INTO ended_runs (run, end_time) VALUES ($1, $2) ON CONFLICT (run) DO NOTHING`, Args: []any{run, at},
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

// endedAmong finds the runs of attempts that are over.
func (s *store) endedAmong(ctx context.Context, attempts []attempt) (map[string]bool, error) {
	runs := make([]any, len(attempts))
	for i, a := range attempts {
		runs[i] = a.run
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

// forgetRuns drops the marks of runs whose grants cannot be alive any more.
func (s *store) forgetRuns(ctx context.Context, before int64) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM ended_runs WHERE end_time < $1`, before)
		return err
	})
}
