package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"modernc.org/sqlite"
)

// openWriter opens SQLite's only writing connection, which caches prepared statements. A
// transaction passes only the text, and compiling it costs more than the write.
func openWriter(dsn string) (*sql.DB, error) {
	base, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, fmt.Errorf("open SQLite: %w", err)
	}
	return sql.OpenDB(preparing{base}), nil
}

// preparing makes connections that cache prepared statements.
type preparing struct{ driver.Connector }

// Connect implements driver.Connector.
func (p preparing) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err //nolint:wrapcheck // a connector in between
	}
	all, ok := conn.(sqliteConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("a SQLite connection of type %T", conn), conn.Close())
	}
	return &preparedConn{sqliteConn: all, stmts: map[string]driver.StmtExecContext{}}, nil
}

// sqliteConn has the driver's methods that database/sql uses.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// preparedConn is used by one goroutine at a time, like every driver connection.
type preparedConn struct {
	sqliteConn
	stmts map[string]driver.StmtExecContext
}

// ExecContext implements driver.ExecerContext. Queries are not cached, because the rows of
// one may still be read when the same text runs again.
func (c *preparedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	stmt, err := c.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	if stmt == nil {
		return c.sqliteConn.ExecContext(ctx, query, args) //nolint:wrapcheck // a connection in between
	}
	return stmt.ExecContext(ctx, args) //nolint:wrapcheck // for database/sql too
}

// prepared returns the cached statement of a text, or nil if the text cannot be cached.
func (c *preparedConn) prepared(ctx context.Context, query string) (driver.StmtExecContext, error) {
	if stmt := c.stmts[query]; stmt != nil || len(c.stmts) >= maxStatements {
		return stmt, nil
	}
	stmt, err := c.PrepareContext(ctx, positional(query))
	if err != nil {
		return nil, err //nolint:wrapcheck // for database/sql too
	}
	kept, ok := stmt.(driver.StmtExecContext)
	if !ok {
		return nil, errors.Join(fmt.Errorf("a SQLite statement of type %T", stmt), stmt.Close())
	}
	c.stmts[query] = kept
	return kept, nil
}

// positional replaces $1, $2 and so on by ? if they occur in this order, each once. SQLite
// searches all parameters for each named one, which for a statement of many rows costs more
// than the rows do.
func positional(query string) string {
	if strings.ContainsAny(query, "'\"") { // the $ may be part of a string
		return query
	}
	var b strings.Builder
	rest := query
	for n := 1; ; n++ {
		before, after, more := strings.Cut(rest, "$")
		b.WriteString(before)
		if !more {
			return b.String()
		}
		b.WriteByte('?')
		digits := len(after) - len(strings.TrimLeft(after, "0123456789"))
		if after[:digits] != strconv.Itoa(n) {
			return query
		}
		rest = after[digits:]
	}
}

// Close implements driver.Conn.
func (c *preparedConn) Close() error {
	var err error
	for _, kept := range c.stmts {
		if stmt, ok := kept.(driver.Stmt); ok {
			err = errors.Join(err, stmt.Close())
		}
	}
	c.stmts = nil
	return errors.Join(err, c.sqliteConn.Close())
}
