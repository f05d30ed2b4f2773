package sqldb_test

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"google.golang.org/grpc/codes"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

func migrations() fs.FS {
	return fstest.MapFS{
		"00001_first.sql": {Data: []byte(`-- +goose Up
CREATE TABLE item (
  id TEXT PRIMARY KEY,
  n BIGINT NOT NULL DEFAULT 0,
  body BYTEA,
  live BOOLEAN NOT NULL DEFAULT TRUE
);
-- +goose Down
DROP TABLE item;
`)},
		"00002_second.sql": {Data: []byte(`-- +goose Up
CREATE TABLE part (item_id TEXT NOT NULL REFERENCES item(id), name TEXT NOT NULL UNIQUE);
-- +goose Down
DROP TABLE part;
`)},
	}
}

func open(t testing.TB, url string) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(context.Background(), url, migrations(), sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func count(t testing.TB, db *sqldb.DB, query string, args ...any) int {
	t.Helper()
	var n int
	if err := db.QueryRowContext(context.Background(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func insert(ctx context.Context, tx *sql.Tx, id string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO item (id, body) VALUES ($1, $2)", id, []byte{0, 1, 255})
	return err
}

func TestOneSQLOnBothEngines(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		ctx := t.Context()
		db := open(t, url)
		var n int64
		for want := int64(1); want <= 3; want++ {
			err := db.Tx(ctx, func(tx *sql.Tx) error {
				return tx.QueryRowContext(ctx, `INSERT INTO item (id, n, body) VALUES ($1, 1, $2)
					ON CONFLICT (id) DO UPDATE SET n = item.n + excluded.n RETURNING n`, "a", []byte{0, 255}).Scan(&n)
			})
			if err != nil || n != want {
				t.Fatalf("upsert %d: %d, %v", want, n, err)
			}
		}
		var body []byte
		var live bool
		if err := db.QueryRowContext(ctx, "SELECT body, live FROM item WHERE (n, id) > ($1, $2)", 2, "").Scan(&body, &live); err != nil {
			t.Fatal(err)
		}
		if string(body) != "\x00\xff" || !live {
			t.Errorf("read back %q, %v", body, live)
		}
		rows, err := db.QueryContext(ctx, "SELECT id FROM item")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		if !rows.Next() || rows.Err() != nil {
			t.Error("no row")
		}
	})
}

func TestTxUndoesOnErrorAndPanic(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		ctx := t.Context()
		db := open(t, url)
		failure := errors.New("no")
		err := db.Tx(ctx, func(tx *sql.Tx) error { return errors.Join(insert(ctx, tx, "a"), failure) })
		if !errors.Is(err, failure) {
			t.Errorf("the error of fn is lost: %v", err)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic is lost")
				}
			}()
			_ = db.Tx(ctx, func(tx *sql.Tx) error { panic(insert(ctx, tx, "b")) })
		}()
		if n := count(t, db, "SELECT count(*) FROM item"); n != 0 {
			t.Errorf("%d rows are left", n)
		}
	})
}

func TestConstraintErrors(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		ctx := t.Context()
		db := open(t, url)
		exec := func(query string, args ...any) error {
			return db.Tx(ctx, func(tx *sql.Tx) error { _, err := tx.ExecContext(ctx, query, args...); return err })
		}
		if err := exec("INSERT INTO item (id) VALUES ('a')"); err != nil {
			t.Fatal(err)
		}
		if err := exec("INSERT INTO part (item_id, name) VALUES ('a', 'x')"); err != nil {
			t.Fatal(err)
		}
		for query, unique := range map[string]bool{
			"INSERT INTO item (id) VALUES ('a')":                    true,
			"INSERT INTO part (item_id, name) VALUES ('a', 'x')":    true,
			"INSERT INTO part (item_id, name) VALUES ('none', 'y')": false,
			"DELETE FROM item": false,
			"INSERT INTO item (id, n) VALUES ('z', NULL)": false,
			"no SQL at all": false,
		} {
			err := exec(query)
			if got := sqldb.IsUniqueViolation(err); err == nil || got != unique {
				t.Errorf("%s: %v, %v", query, got, err)
			}
			if errs.CodeOf(err) == codes.Unavailable {
				t.Errorf("%s: taken for an outage: %v", query, err)
			}
		}
		if sqldb.IsUniqueViolation(nil) || sqldb.IsUniqueViolation(sql.ErrNoRows) {
			t.Error("no violation is taken for one")
		}
	})
}

func TestReadsCannotWriteOnSQLite(t *testing.T) {
	t.Parallel()
	db := open(t, testkit.SQLite(t))
	var id string
	if err := db.QueryRowContext(t.Context(), "INSERT INTO item (id) VALUES ('a') RETURNING id").Scan(&id); err == nil {
		t.Error("a read wrote")
	}
}

// A migration may take longer than any other statement, for example to sum up a large table.
func TestMigrationsHaveTime(t *testing.T) {
	t.Parallel()
	db, err := sqldb.Open(t.Context(), testkit.Postgres(t), fstest.MapFS{"00001_first.sql": {Data: []byte(`-- +goose Up
CREATE TABLE item AS SELECT current_setting('statement_timeout') AS id;
-- +goose Down
DROP TABLE item;
`)}}, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if n := count(t, db, "SELECT count(*) FROM item WHERE id = '0'"); n != 1 {
		t.Error("a migration has a timeout")
	}
	if n := count(t, db, "SELECT count(*) WHERE current_setting('statement_timeout') <> '0'"); n != 1 {
		t.Error("other statements have no timeout")
	}
}

func TestMigrationsRunOnceForManyOpeners(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				db, err := sqldb.Open(t.Context(), url, migrations(), sqldb.Options{MaxConns: 3})
				if err != nil {
					t.Error(err)
					return
				}
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		open(t, url)
	})
}

func TestBrokenMigrationIsAnError(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		files := fstest.MapFS{"00001_x.sql": {Data: []byte("-- +goose Up\nCREATE TABLE a (x INT);\nCREATE NONSENSE;\n")}}
		if db, err := sqldb.Open(t.Context(), url, files, sqldb.Options{}); err == nil {
			t.Fatal("opened", db.Close())
		}
		db := open(t, url) // none of its rows exists
		if n := count(t, db, "SELECT count(*) FROM item"); n != 0 {
			t.Error("not empty")
		}
	})
}

func TestSchemaOfItsOwnOnPostgres(t *testing.T) {
	t.Parallel()
	url := testkit.Postgres(t)
	one, two := open(t, url+"&search_path=sharing"), open(t, url+"&search_path=vault")
	if err := one.Tx(t.Context(), func(tx *sql.Tx) error { return insert(t.Context(), tx, "a") }); err != nil {
		t.Fatal(err)
	}
	if a, b := count(t, one, "SELECT count(*) FROM item"), count(t, two, "SELECT count(*) FROM item"); a != 1 || b != 0 {
		t.Errorf("%d and %d rows", a, b)
	}
}

func TestFilesAreTheOwnersAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "sub", "a b?c%d.db")
	db := open(t, "sqlite:"+path)
	if err := db.Tx(t.Context(), func(tx *sql.Tx) error { return insert(t.Context(), tx, "a") }); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", suffix, info.Mode())
		}
	}
}

func TestBadURLsDoNotShowThePassword(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "mysql://u:hunter2@h/d", "postgres://u:hunter2@h:bad/d", "sqlite:", "sqlite::memory:", "sqlite:/proc/none/x.db"} {
		db, err := sqldb.Open(t.Context(), url, nil, sqldb.Options{})
		if err == nil {
			t.Errorf("%q opened: %v", url, db.Close())
			continue
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}

// One engine stores NUL in a text and the other does not, so a request with NUL is refused.
func TestATextWithNULIsNoFaultOfOurs(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		db := open(t, url)
		write := db.Tx(t.Context(), func(tx *sql.Tx) error { return insert(t.Context(), tx, "a\x00b") })
		var n int
		read := sqldb.Error(db.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM item WHERE id = $1`, "a\x00b").Scan(&n))
		for _, err := range []error{write, read} {
			if code := errs.CodeOf(err); code != codes.OK && code != codes.InvalidArgument {
				t.Errorf("got %v: %v", code, err)
			}
		}
	})
}
