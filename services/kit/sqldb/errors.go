package sqldb

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// errClosed is the error of a write after Close.
var errClosed = errors.New("the database is closed")

// Error converts a driver's error into one that a client may see. A database that is full,
// broken, locked or unreachable is UNAVAILABLE; a cancelled statement is a context error.
// All other errors, such as sql.ErrNoRows, are returned unchanged. Tx and Group call it;
// stores call it for the errors of Scan and Rows.Err.
func Error(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*errs.Error](err); ok {
		return err
	}
	if interrupted(err) {
		return fmt.Errorf("%w: %w", context.Canceled, err)
	}
	if unavailable(err) {
		return unusable(err)
	}
	if postgresCode(err) == "22021" {
		// Only a value in the request can have a NUL, so the caller can correct it. It must
		// not be logged as our fault.
		return errs.InvalidArgument("a string contains the character NUL, which cannot be stored").Because(err)
	}
	return err
}

func unusable(err error) error {
	return errs.Unavailable("the database is unavailable; retry").Because(err)
}

// IsUniqueViolation reports whether a statement failed because a row with this key exists.
func IsUniqueViolation(err error) bool {
	switch sqliteCode(err) {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		return true
	}
	return postgresCode(err) == "23505"
}

func sqliteCode(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()
	}
	return 0
}

func postgresCode(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

func interrupted(err error) bool {
	return sqliteCode(err)&0xff == sqlite3.SQLITE_INTERRUPT && !isContext(err)
}

func isContext(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// unavailable reports whether the database caused the error, and not the statement.
func unavailable(err error) bool {
	switch sqliteCode(err) & 0xff {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY,
		sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM:
		return true
	}
	if code := postgresCode(err); code != "" {
		return unavailablePostgres(code)
	}
	if isContext(err) {
		return false
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	// A server that stops in the middle of a reply causes io.EOF or io.ErrUnexpectedEOF.
	return errors.Is(err, driver.ErrBadConn) || pgconn.SafeToRetry(err) || errors.Is(err, errClosed) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
}

// unavailablePostgres matches PostgreSQL's error classes for connections, resources,
// operator intervention, system errors, transaction state and locks. 57014 is a statement
// that took too long.
func unavailablePostgres(code string) bool {
	switch code[:2] {
	case "08", "53", "57", "58", "XX":
		return true
	}
	return transientPostgres(code) || code == brokenTx || code == "25006"
}

// brokenTx is PostgreSQL's error after a failed statement, until the transaction or the
// savepoint is rolled back.
const brokenTx = "25P02"

func transientPostgres(code string) bool {
	return strings.HasPrefix(code, "40") || code == "55P03"
}

// retriable reports whether this transaction was rolled back because of another one.
func retriable(err error) bool {
	return transientPostgres(postgresCode(err))
}
