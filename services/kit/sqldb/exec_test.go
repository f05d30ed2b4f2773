package sqldb_test

import (
	"context"
	"database/sql"
	"slices"
	"testing"
	"testing/fstest"

	"google.golang.org/grpc/codes"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

func add(id string) sqldb.Statement {
	return sqldb.Statement{Text: "INSERT INTO item (id) VALUES ($1)", Args: []any{id}}
}

// Writes whose statements are known beforehand share their transaction with each other and
// with other writes. Each is all or nothing, and does not fail because of another.
func TestExecKeepsWritesApart(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		db := open(t, url)
		if _, err := db.Exec(t.Context(), add("taken")); err != nil {
			t.Fatal(err)
		}
		writtenByMany(t, db, 5, func(id string, way int) int64 {
			if execOne(t, db, id, way) {
				return 2
			}
			return 0
		})
	})
}

// execOne writes in one of five ways, and reports whether two rows must exist.
func execOne(t *testing.T, db *sqldb.DB, id string, way int) bool {
	ctx := context.Background()
	switch way {
	case 0:
		if _, err := db.Exec(ctx, add("bad"+id), add("taken")); !sqldb.IsUniqueViolation(err) {
			t.Errorf("violating write: %v", err)
		}
		return false
	case 1:
		_, err := db.Exec(ctx, add("bad"+id), sqldb.Statement{Text: "INSERT INTO nowhere VALUES ($1)", Args: []any{id}})
		if err == nil {
			t.Error("a statement that cannot be run was")
		}
		return false
	case 2:
		err := db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error {
			_ = insert(ctx, tx, id+"a")
			return insert(ctx, tx, id+"b")
		})
		if err != nil {
			t.Errorf("good write of another kind: %v", err)
		}
		return err == nil
	default:
		changed, err := db.Exec(ctx, add(id+"a"), add(id+"b"),
			sqldb.Statement{Text: "INSERT INTO item (id) VALUES ($1) ON CONFLICT DO NOTHING", Args: []any{"taken"}},
			sqldb.Statement{Text: "UPDATE item SET n = 1 WHERE id IN ($1, $2)", Args: []any{id + "a", id + "b"}})
		if err != nil || !slices.Equal(changed, []int64{1, 1, 0, 2}) {
			t.Errorf("good write: %v, %v", changed, err)
		}
		return err == nil
	}
}

// A constraint that the database checks at the commit is an error, although each statement
// succeeded.
func TestExecTellsOfAFailedCommit(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		db, err := sqldb.Open(t.Context(), url, fstest.MapFS{"00001_first.sql": {Data: []byte(`-- +goose Up
CREATE TABLE item (id TEXT PRIMARY KEY, parent TEXT REFERENCES item(id) DEFERRABLE INITIALLY DEFERRED);
-- +goose Down
DROP TABLE item;
`)}}, sqldb.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		child := sqldb.Statement{Text: "INSERT INTO item (id, parent) VALUES ($1, $2)", Args: []any{"child", "parent"}}
		if _, err := db.Exec(t.Context(), child); err == nil {
			t.Errorf("a child without its parent is written")
		}
		if n := count(t, db, "SELECT count(*) FROM item"); n != 0 {
			t.Errorf("%d rows after a commit that failed", n)
		}
		if _, err := db.Exec(t.Context(), child, add("parent")); err != nil {
			t.Errorf("a child with its parent: %v", err)
		}
	})
}

// When a connection ends during a batch, the callers of the batch get the error, and the
// next batch gets another connection.
func TestExecFindsABrokenConnection(t *testing.T) {
	t.Parallel()
	db := open(t, testkit.Postgres(t))
	kill := sqldb.Statement{Text: "SELECT pg_terminate_backend(pg_backend_pid())"}
	if _, err := db.Exec(t.Context(), add("a"), kill); errs.CodeOf(err) != codes.Unavailable {
		t.Errorf("the connection's end: %v", err)
	}
	if n := count(t, db, "SELECT count(*) FROM item"); n != 0 {
		t.Errorf("%d rows of a transaction that was not committed", n)
	}
	if _, err := db.Exec(t.Context(), add("b")); err != nil {
		t.Errorf("after it: %v", err)
	}
}
