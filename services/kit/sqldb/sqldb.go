package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"strings"
)

// Queryer has the methods for reads. *DB, *sql.Tx and *sql.Conn implement it, so one
// function of a store works inside and outside of a transaction.
type Queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	*pools
	group *group
}

// Open opens the database at a URL ("sqlite:/path/file.db" or "postgres://user@host/db"),
// applies the goose files at the root of migrations (nil for none), and prepares the
// group-commit writer. If two processes open one database at the same time, one migrates
// and the other waits. The caller closes it.
func Open(ctx context.Context, url string, migrations fs.FS, opts Options) (*DB, error) {
	opts = opts.withDefaults()
	var (
		all *pools
		err error
	)
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		all, err = openSQLite(ctx, path, migrations, opts)
	} else if strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") {
		all, err = openPostgres(ctx, url, migrations, opts)
	} else { // the URL itself may hold a password
		err = errors.New(`unknown kind of database URL: want "sqlite:/path/file.db" or "postgres://..."`)
	}
	if err != nil {
		return nil, err
	}
	return &DB{pools: all, group: newGroup(all, opts)}, nil
}

// Engine returns the kind of the database. Stores should not need it.
func (db *DB) Engine() Engine { return db.engine }

// QueryContext reads rows. On SQLite it cannot write, and it sees committed rows only. The
// query is prepared once and cached, so it must be a constant.
func (db *DB) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if stmt := db.stmts.get(ctx, query); stmt != nil {
		rows, err := stmt.QueryContext(ctx, args...)
		return rows, Error(err)
	}
	rows, err := db.read.QueryContext(ctx, query, args...)
	return rows, Error(err)
}

// QueryRowContext reads one row; see QueryContext. Pass the error of Scan through Error.
func (db *DB) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if stmt := db.stmts.get(ctx, query); stmt != nil {
		return stmt.QueryRowContext(ctx, args...)
	}
	return db.read.QueryRowContext(ctx, query, args...)
}

// Ping checks that the database answers, for readiness.
func (db *DB) Ping(ctx context.Context) error {
	var one int
	return Error(db.read.QueryRowContext(ctx, "SELECT 1").Scan(&one))
}

// Close waits for the writes that Group has accepted, then closes the database.
func (db *DB) Close() error {
	db.group.close()
	return db.pools.close()
}
