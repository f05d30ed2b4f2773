package sqldb_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// counting counts its marks in the row "taken".
func counting(marks []any) []sqldb.Statement {
	return []sqldb.Statement{{
		Text: "INSERT INTO item (id, n) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET n = item.n + excluded.n", Args: []any{"taken", len(marks)},
	}}
}

// A tally counts the writes that changed something, each once, among writes that fail or
// change nothing.
func TestATallyCountsWhatWasWritten(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		db := open(t, url)
		if _, err := db.Exec(t.Context(), add("taken")); err != nil {
			t.Fatal(err)
		}
		var tallied atomic.Int64
		tally, broken := &sqldb.Tally{Sum: counting}, &sqldb.Tally{Sum: func([]any) []sqldb.Statement {
			return []sqldb.Statement{{Text: "UPDATE nowhere SET n = 1"}}
		}}
		writtenByMany(t, db, 6, func(id string, way int) int64 {
			ctx := context.Background()
			switch way {
			case 0:
				changed, err := db.ExecTallied(ctx, tally, nil, sqldb.Statement{Text: "UPDATE item SET n = 1 WHERE id = $1", Args: []any{"none"}}, add("bad"+id))
				if err != nil || changed[0] != 0 {
					t.Errorf("a write that changes nothing: %v, %v", changed, err)
				}
				return 0
			case 1:
				if _, err := db.ExecTallied(ctx, tally, nil, add("bad"+id), add("taken")); !sqldb.IsUniqueViolation(err) {
					t.Errorf("violating write: %v", err)
				}
				return 0
			case 2:
				if _, err := db.ExecTallied(ctx, broken, nil, add("bad"+id)); err == nil {
					t.Error("a write without its tally is written")
				}
				return 0
			}
			changed, err := db.ExecTallied(ctx, tally, nil, add(id+"a"), add(id+"b"))
			if err != nil || changed[0] != 1 || changed[1] != 1 {
				t.Errorf("good write: %v, %v", changed, err)
			}
			tallied.Add(1)
			return 2
		})
		if n := count(t, db, "SELECT n FROM item WHERE id = 'taken'"); int64(n) != tallied.Load() {
			t.Errorf("%d writes were counted, %d made", n, tallied.Load())
		}
	})
}
