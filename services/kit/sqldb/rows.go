package sqldb

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Scanner is a row, or the current row of several.
type Scanner interface {
	Scan(dest ...any) error
}

// ErrNoRow is the error of a read that found no row and of a write that changed none.
var ErrNoRow = sql.ErrNoRows

// One reads one row. It returns ErrNoRow if there is none. The query may be a write with RETURNING.
func One[T any](row *sql.Row, scan func(Scanner) (T, error)) (T, error) {
	v, err := scan(row)
	return v, Error(err)
}

// All reads all rows of a query and converts each with scan. rows and err are the results
// of the query.
func All[T any](rows *sql.Rows, err error, scan func(Scanner) (T, error)) ([]T, error) {
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
		return nil, Error(fmt.Errorf("read rows: %w", err))
	}
	return all, nil
}

// OrNil returns nil for a row that does not exist.
func OrNil[T any](v T, err error) (*T, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &v, nil
}

// Changed reports whether a statement changed a row.
func Changed(r sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n > 0, err
}

// Micros converts a time to microseconds for a column. 0 means no time.
func Micros(t time.Time) int64 { return t.UnixMicro() }

// FromMicros converts a column to a time in UTC.
func FromMicros(n int64) time.Time { return time.UnixMicro(n).UTC() }

// ToJSON encodes a value for a TEXT column.
func ToJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("marshal column: %w", err)
	}
	return string(b), nil
}

// FromJSON decodes a TEXT column into v.
func FromJSON(text string, v any) error {
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return fmt.Errorf("unmarshal column: %w", err)
	}
	return nil
}
