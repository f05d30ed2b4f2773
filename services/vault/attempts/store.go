package attempts

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// maxIntents is how many intents one statement writes. It is a power of 4, because there is a statement
// for each power of 4 and the database compiles each.
const maxIntents = 64

// Store is the rows of attempts and the marks of ended runs.
type Store struct {
	db *sqldb.DB
	// insertTexts are the statements that write intents, by the number of rows.
	insertTexts map[int]string
}

// NewStore returns the rows of a database.
func NewStore(db *sqldb.DB) *Store {
	s := &Store{db: db, insertTexts: make(map[int]string)}
	for n := 1; n <= maxIntents; n *= 4 {
		s.insertTexts[n] = insertText(n)
	}
	return s
}

// Begin writes one intent durably and returns what became of it. Calls of runs share their writes; see Writer.
func (s *Store) Begin(ctx context.Context, a Attempt) (Beginning, error) {
	begun, err := s.begin(ctx, []Attempt{a})
	return begun[a.ID], err
}

// begin writes intents durably, all or none, and then reads which of their runs have ended. It reads after
// the commit: then either the end of the run sees the intent, or the intent sees the end. Within the
// transaction both could miss each other.
func (s *Store) begin(ctx context.Context, intents []Attempt) (map[string]Beginning, error) {
	first, err := s.writeIntents(ctx, intents)
	if err != nil {
		return nil, err
	}
	ended, err := s.endedAmong(ctx, intents)
	if err != nil {
		return nil, err
	}
	out := make(map[string]Beginning, len(intents))
	for _, a := range intents {
		switch {
		case !first[a.ID]:
		case ended[a.Run]:
			out[a.ID] = TooLate
		default:
			out[a.ID] = Begun
		}
	}
	return out, nil
}

// writeIntents returns the ids of the intents that are the first of their attempt.
func (s *Store) writeIntents(ctx context.Context, intents []Attempt) (map[string]bool, error) {
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
			begun[a.ID] = true
			if n < int64(len(batch)) { // some are not the first of their attempt: find out which
				if begun[a.ID], err = s.isFirst(ctx, a); err != nil {
					return nil, err
				}
			}
		}
	}
	return begun, nil
}

// isFirst reports whether an intent is the one that was stored for its attempt. It reads after the commit; a
// stored intent is never replaced.
func (s *Store) isFirst(ctx context.Context, a Attempt) (bool, error) {
	var id string
	err := s.db.QueryRowContext(ctx, `SELECT id FROM attempts WHERE run = $1 AND step = $2 AND field = $3 AND attempt = $4`,
		a.Run, a.Step, a.Field, a.Number).Scan(&id)
	if err != nil {
		return false, sqldb.Error(fmt.Errorf("read intent: %w", err))
	}
	return id == a.ID, nil
}

// batchSize is the largest of a few sizes that fits. The database compiles a statement for each text, so
// there are few texts.
func batchSize(n int) int {
	size := maxIntents
	for size > n {
		size /= 4
	}
	return size
}

func (s *Store) insertIntents(intents []Attempt) sqldb.Statement {
	args := make([]any, 0, attemptValues*len(intents))
	for _, a := range intents {
		args = append(args, a.values()...)
	}
	return sqldb.Statement{Text: s.insertTexts[len(intents)], Args: args}
}

// insertText is the statement for a number of intents.
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

// End writes how an attempt ended.
func (s *Store) End(ctx context.Context, a Attempt, at int64, outcome string) error {
	_, err := s.db.Exec(ctx, sqldb.Statement{
		Text: `UPDATE attempts SET end_time = $5, outcome = $6
			WHERE run = $1 AND step = $2 AND field = $3 AND attempt = $4 AND outcome = ''`,
		Args: []any{a.Run, a.Step, a.Field, a.Number, at, outcome},
	})
	if err != nil {
		return fmt.Errorf("write outcome: %w", err)
	}
	return nil
}

// OfRun lists the attempts of a run, oldest first, without those that were certainly not sent.
func (s *Store) OfRun(ctx context.Context, run string) ([]Attempt, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT step, field, attempt, credential, start_time, outcome, workspace, share,
		credential_version, peer, destination, COALESCE((SELECT c.provider FROM credentials c WHERE c.workspace = attempts.workspace
			AND c.id = SUBSTR(attempts.credential, LENGTH('workspaces/' || attempts.workspace || '/credentials/') + 1)), ''), COALESCE((SELECT g.suspend_time FROM credential_grants g WHERE g.share = attempts.share), 0)
		FROM attempts WHERE run = $1 AND outcome NOT LIKE $2 ORDER BY start_time, step, field, attempt`, run, NotSent+"%")
	return sqldb.All(rows, err, func(r sqldb.Scanner) (Attempt, error) {
		var a Attempt
		if err := r.Scan(&a.Step, &a.Field, &a.Number, &a.Credential, &a.StartTime, &a.Outcome, &a.Workspace, &a.Share,
			&a.CredentialVersion, &a.Peer, &a.Destination, &a.Provider, &a.SuspendTime); err != nil {
			return a, sqldb.Error(fmt.Errorf("read attempt: %w", err))
		}
		return a, nil
	})
}

// CallsSince counts the calls that were made under a share's grants. Lost counters are rebuilt from it.
func (s *Store) CallsSince(ctx context.Context, workspace, share string, start int64) (int64, error) {
	var n int64
	err := s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM attempts
		WHERE share = $2 AND share <> '' AND start_time >= $3 AND workspace = $1`, workspace, share, start).Scan(&n)
	if err != nil {
		return 0, sqldb.Error(fmt.Errorf("count calls: %w", err))
	}
	return n, nil
}

// Selection says which uses a listing has. A zero field selects all.
type Selection struct {
	Resource string // a credential or a share
	Before   string // an ID
	From, To int64
	Tests    bool // only tests
	Runs     bool // only calls of runs
}

// Uses lists the uses of a workspace's credentials, newest first. Each is its own audit entry.
func (s *Store) Uses(ctx context.Context, workspace string, which Selection, limit int) ([]Attempt, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id, start_time, peer, credential, outcome, run, step, field, attempt, share,
		credential_version, destination, charged_key FROM attempts
		WHERE workspace = $1 AND ($2 = '' OR credential = $2 OR share = $2) AND ($3 = '' OR id < $3)
		AND start_time >= $4 AND (CAST($5 AS BIGINT) = 0 OR start_time < $5) AND NOT ($6 AND run NOT LIKE $8) AND NOT ($7 AND run LIKE $8)
		ORDER BY id DESC LIMIT $9`,
		workspace, which.Resource, which.Before, which.From, which.To, which.Tests, which.Runs, TestPrefix+"%", limit)
	return sqldb.All(rows, err, func(r sqldb.Scanner) (Attempt, error) {
		a := Attempt{Workspace: workspace}
		if err := r.Scan(&a.ID, &a.StartTime, &a.Peer, &a.Credential, &a.Outcome, &a.Run, &a.Step, &a.Field, &a.Number, &a.Share,
			&a.CredentialVersion, &a.Destination, &a.ChargedKey); err != nil {
			return a, sqldb.Error(fmt.Errorf("read use: %w", err))
		}
		return a, nil
	})
}
