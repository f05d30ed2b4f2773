package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"
)

// Options tune a database. The zero value suits a service.
type Options struct {
	// MaxConns bounds the connections to PostgreSQL, or SQLite's readers. 0 means 16 for
	// PostgreSQL and 4 for SQLite, where each has a cache of about 2 MB.
	MaxConns int
	// BatchSize bounds the writes that share a commit. 0 means 256.
	BatchSize int
	// BatchTimeout bounds one shared transaction, so that a stuck database cannot block its
	// writers indefinitely. 0 means 30 s.
	BatchTimeout time.Duration
	// ConnectTimeout bounds the wait for a PostgreSQL server that is still starting. 0
	// means 15 s.
	ConnectTimeout time.Duration
}

func (o Options) withDefaults() Options {
	if o.BatchSize <= 0 {
		o.BatchSize = 256
	}
	if o.BatchTimeout <= 0 {
		o.BatchTimeout = 30 * time.Second
	}
	if o.ConnectTimeout <= 0 {
		o.ConnectTimeout = 15 * time.Second
	}
	return o
}

// Queryer has the methods for reads. *DB, *sql.Tx and *sql.Conn implement it, so one
// function of a store works inside and outside of a transaction.
type Queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	engine Engine
	write  *sql.DB // SQLite: one connection, because SQLite has one writer
	read   *sql.DB // PostgreSQL: the same pool as write
	// batches runs shared transactions. SQLite: the same pool as write.
	batches *sql.DB
	stmts   *statements
	group   *group
}

// Engine is the kind of a database.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Open opens the database at a URL ("sqlite:/path/file.db" or "postgres://user@host/db"),
// applies the goose files at the root of migrations (nil for none), and prepares the
// group-commit writer. If two processes open one database at the same time, one migrates
// and the other waits. The caller closes it.
func Open(ctx context.Context, url string, migrations fs.FS, opts Options) (*DB, error) {
	opts = opts.withDefaults()
	var (
		db  *DB
		err error
	)
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		db, err = openSQLite(ctx, path, migrations, opts)
	} else if strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") {
		db, err = openPostgres(ctx, url, migrations, opts)
	} else { // the URL itself may hold a password
		err = errors.New(`unknown kind of database URL: want "sqlite:/path/file.db" or "postgres://..."`)
	}
	if err != nil {
		return nil, err
	}
	db.group = newGroup(db, opts)
	return db, nil
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
	return db.closePools()
}

func (db *DB) closePools() error {
	db.stmts.close()
	err := db.write.Close()
	for _, pool := range []*sql.DB{db.read, db.batches} {
		if pool != db.write {
			err = errors.Join(err, pool.Close())
		}
	}
	if err != nil {
		return fmt.Errorf("close database: %w", err)
	}
	return nil
}
