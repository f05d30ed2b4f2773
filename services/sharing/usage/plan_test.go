package usage

import (
	"fmt"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/sharing/migrations"
)

// No report reads a whole table, and a report that does not split its groups reads the index
// in its order, so that a page costs its own rows only.
func TestReportsUseTheIndex(t *testing.T) {
	t.Parallel()
	for name, engine := range map[string]struct{ url, explain, scan, sort string }{
		"sqlite":   {testkit.SQLite(t), `EXPLAIN QUERY PLAN `, "SCAN usage", "TEMP B-TREE FOR GROUP BY"},
		"postgres": {testkit.Postgres(t) + "&enable_seqscan=off&enable_bitmapscan=off", `EXPLAIN `, "Seq Scan", "HashAggregate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, err := sqldb.Open(t.Context(), engine.url, migrations.Files, sqldb.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			for _, q := range []query{
				{}, {later: true}, {split: day}, {split: hour, later: true}, {later: true, after: place{Section: used}},
			} {
				for _, section := range []int64{charged, used} {
					plan := explain(t, db, engine.explain, q.section(section), q)
					if !strings.Contains(plan, "usage_sums") || strings.Contains(plan, engine.scan) {
						t.Errorf("%+v, section %d: %s", q, section, plan)
					}
					if q.split == 0 && strings.Contains(plan, engine.sort) {
						t.Errorf("%+v, section %d is sorted: %s", q, section, plan)
					}
				}
			}
		})
	}
}

func explain(t *testing.T, db *sqldb.DB, how, text string, q query) string {
	t.Helper()
	args := []any{"acme", "key", 0, 1 << 40, 51}
	if q.later {
		args = append(args, "k", 0)
	}
	rows, err := db.QueryContext(t.Context(), how+text, args...)
	if err != nil {
		t.Fatal(err)
	}
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	lines, err := sqldb.All(rows, nil, func(r sqldb.Scanner) (string, error) {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		err := r.Scan(values...)
		return fmt.Sprint(*values[len(values)-1].(*any)), err //nolint:forcetypeassert // made above
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}
