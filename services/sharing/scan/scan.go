package scan

import (
	"database/sql"
	"errors"
	"strconv"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// Placeholders returns ",($1,$2,...)" with n parameters, numbered from after + 1.
func Placeholders(after, n int) string {
	b := []byte(",(")
	for i := 1; i <= n; i++ {
		b = append(b, '$')
		b = strconv.AppendInt(b, int64(after+i), 10)
		b = append(b, ',')
	}
	b[len(b)-1] = ')'
	return string(b)
}

// Args returns texts as the arguments of a statement.
func Args(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// One scans a single row. It returns false and no error when there is none.
func One(row *sql.Row, fields []any) (bool, error) {
	err := row.Scan(fields...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, sqldb.Error(err)
}

// All scans and closes the rows of a query.
func All[T any](rows *sql.Rows, fields func(*T) []any) ([]T, error) {
	defer func() { _ = rows.Close() }()
	var out []T
	for rows.Next() {
		var v T
		if err := rows.Scan(fields(&v)...); err != nil {
			return nil, sqldb.Error(err)
		}
		out = append(out, v)
	}
	return out, sqldb.Error(rows.Err())
}
