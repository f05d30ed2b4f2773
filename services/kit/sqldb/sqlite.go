package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// sqlitePragmas are set on every connection. busy_timeout is first, because switching to
// WAL needs a lock that another process may hold.
var sqlitePragmas = []string{
	"busy_timeout(5000)",
	"journal_mode(WAL)",
	"synchronous(FULL)", // an answered commit survives a power loss
	"foreign_keys(1)",
	"journal_size_limit(67108864)",
}

func openSQLite(ctx context.Context, path string, migrations fs.FS, opts Options) (*pools, error) {
	abs, err := prepareFile(path)
	if err != nil {
		return nil, err
	}
	write, err := openWriter(sqliteDSN(abs, "_txlock", "immediate"))
	if err != nil {
		return nil, err
	}
	write.SetMaxOpenConns(1)
	write.SetConnMaxIdleTime(0)
	if err := migrateSQLite(ctx, write, abs, migrations); err != nil {
		return nil, errors.Join(err, write.Close())
	}
	read, err := sql.Open("sqlite", sqliteDSN(abs, "_query_only", "1"))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open SQLite for reading: %w", err), write.Close())
	}
	n := opts.MaxConns
	if n <= 0 {
		n = 4
	}
	read.SetMaxOpenConns(n)
	read.SetMaxIdleConns(n)
	return &pools{engine: SQLite, write: write, read: read, batches: write, stmts: newStatements(read)}, nil
}

// prepareFile creates the folder and the file with modes that exclude other users. SQLite
// gives the WAL file the mode of the database.
func prepareFile(path string) (string, error) {
	if path == "" || path == ":memory:" {
		return "", errors.New("a SQLite URL needs a file: each connection of a database in memory would have its own")
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("find SQLite file: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(abs), 0o700); err != nil {
		return "", fmt.Errorf("make folder of SQLite file: %w", err)
	}
	f, err := os.OpenFile(abs, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", fmt.Errorf("make SQLite file: %w", err)
	}
	return abs, f.Close()
}

func sqliteDSN(path string, extra ...string) string {
	q := url.Values{"_pragma": sqlitePragmas}
	for i := 0; i+1 < len(extra); i += 2 {
		q.Set(extra[i], extra[i+1])
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String()
}

func migrateSQLite(ctx context.Context, db *sql.DB, path string, migrations fs.FS) error {
	if migrations == nil {
		return nil
	}
	unlock, err := lockFile(ctx, path+".migrate")
	if err != nil {
		return err
	}
	defer unlock()
	return migrate(ctx, goose.DialectSQLite3, db, migrations)
}
