package vault

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// store is the vault's rows. Every query names the workspace that the rows
// belong to; the few that start from a key's hash, a share or a run return it.
// The rows of each resource stand in its own file (store_*.go).
type store struct {
	db *sqldb.DB
	// insertTexts are the statements that write intents, by how many.
	insertTexts map[int]string
}

func newStore(db *sqldb.DB) *store {
	s := &store{db: db, insertTexts: make(map[int]string)}
	for n := 1; n <= maxIntents; n *= 4 {
		s.insertTexts[n] = insertText(n)
	}
	return s
}

// tx runs what belongs together: a change and the audit event that tells of it.
func (s *store) tx(ctx context.Context, fn func(*sql.Tx) error) error {
	return s.db.Tx(ctx, fn)
}

// micros is how times are stored; 0 is not a time.
func micros(t time.Time) int64 { return t.UnixMicro() }

func fromMicros(n int64) time.Time { return time.UnixMicro(n).UTC() }

// toJSON is for values of our own types, which always marshal.
func toJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("marshal column: %w", err)
	}
	return string(b), nil
}

func fromJSON(text string, v any) error {
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return fmt.Errorf("unmarshal column: %w", err)
	}
	return nil
}

// collect reads all rows with one function for each.
func collect[T any](rows *sql.Rows, err error, scan func(scanner) (T, error)) ([]T, error) {
	if err != nil {
		return nil, fmt.Errorf("query rows: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	if err := rows.Err(); err != nil {
		return nil, sqldb.Error(fmt.Errorf("read rows: %w", err))
	}
	return all, nil
}

// scanner is a row or rows.
type scanner interface {
	Scan(dest ...any) error
}

// affected reports whether a statement changed a row.
func affected(r sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n > 0, err
}
