package sqldb_test

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

func readID(row sqldb.Scanner) (id string, err error) {
	err = row.Scan(&id)
	return id, err
}

func TestRowsAreReadAndMissedInOneWay(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		db, ctx := open(t, url), t.Context()
		err := db.Tx(ctx, func(tx *sql.Tx) error {
			for _, id := range []string{"b", "a"} {
				if got, err := sqldb.One(tx.QueryRowContext(ctx, `INSERT INTO item (id) VALUES ($1) RETURNING id`, id), readID); err != nil || got != id {
					return errors.Join(err, errors.New("got "+got))
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		rows, err := db.QueryContext(ctx, `SELECT id FROM item ORDER BY id`)
		all, err := sqldb.All(rows, err, readID)
		if err != nil || !slices.Equal(all, []string{"a", "b"}) {
			t.Errorf("all rows: %v, %v", all, err)
		}
		rows, err = db.QueryContext(ctx, `SELECT id FROM item WHERE id = $1`, "none")
		if all, err := sqldb.All(rows, err, readID); err != nil || len(all) != 0 {
			t.Errorf("no rows: %v, %v", all, err)
		}
		if _, err := sqldb.One(db.QueryRowContext(ctx, `SELECT id FROM item WHERE id = $1`, "none"), readID); !errors.Is(err, sqldb.ErrNoRow) {
			t.Errorf("a read of no row: %v", err)
		}
		for id, want := range map[string]bool{"a": true, "none": false} {
			var changed bool
			err := db.Group(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
				changed, err = sqldb.Changed(tx.ExecContext(ctx, `UPDATE item SET n = 1 WHERE id = $1`, id))
				return err
			})
			if err != nil || changed != want {
				t.Errorf("a write to %q: %v, %v, want %v", id, changed, err, want)
			}
		}
		ended, end := context.WithCancel(ctx)
		end()
		rows, err = db.QueryContext(ended, `SELECT id FROM item`)
		if _, err := sqldb.All(rows, err, readID); !errors.Is(err, context.Canceled) {
			t.Errorf("a read without a caller: %v", err)
		}
	})
}
