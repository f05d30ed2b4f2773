package usage

import (
	"fmt"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/sharing/migrations"
)

const million = 1_000_000

// fill writes a month with a number of runs: 50 links, 20 keys, and visitors who run a link
// ten times in an hour. The sums are made from the runs, as the ledger would add them.
func fill(b *testing.B, db *sqldb.DB, runs int) {
	b.Helper()
	statements := []sqldb.Statement{
		{Text: fmt.Sprintf(`INSERT INTO runs (id, request_id, caller, caller_workspace, owner_workspace, charged_workspace, charged_key, visitor,
			workflow, workflow_id, version, version_hash, share, share_id, rights, scopes, vault_open, lease, state, reason, message, steps, day, start_time, end_time,
			model_images, credential_calls, input_tokens, output_tokens, pictures)
		WITH RECURSIVE n(i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < %d - 1)
		SELECT 'r' || i, '', 'c', '', 'acme', CASE WHEN i %% 4 = 0 THEN 'visitor' ELSE 'acme' END,
			CASE WHEN i %% 4 = 0 THEN 'workspaces/visitor/keys/main' ELSE 'workspaces/acme/keys/k' || (i / 10 %% 20) END, 'vis_' || (i / 10 * 7919 %% 20000),
			'w' || (i / 10 %% 10), 'flow' || (i / 10 %% 10), 1, 'h', 's' || (i / 10 %% 50), 'share' || (i / 10 %% 50), '', '', FALSE, 0,
			CASE WHEN i %% 20 = 0 THEN 3 ELSE 2 END, '', '', '', '', i * 2592000000000 / %d, 0, 1, 1, 100, 10, 1 FROM n`, runs, runs)},
		{Text: `INSERT INTO line_items (run, step, attempt, kind, resource, quantity, input_tokens, output_tokens, end_unknown, failed, provider, destination)
			SELECT id, 'llm', 1, 'credential', 'workspaces/acme/credentials/c' || (start_time % 7), 1, 100, 10, FALSE, 0, '', '' FROM runs`},
	}
	for _, t := range tables {
		statements = append(statements, sqldb.Statement{Text: `INSERT INTO ` + t.name + ` ` + t.of(`r.state <> 1`)})
	}
	for _, s := range statements {
		if _, err := db.Exec(b.Context(), s); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := db.Exec(b.Context(), sqldb.Statement{Text: `ANALYZE`}); err != nil {
		b.Fatal(err)
	}
}

// Reports over a month with a million runs, by each group and by day, and a page of visitors.
func BenchmarkReports(b *testing.B) {
	for name, url := range map[string]string{"sqlite": testkit.SQLite(b), "postgres": testkit.Postgres(b) + "&statement_timeout=10min"} {
		db, err := sqldb.Open(b.Context(), url, migrations.Files, sqldb.Options{BatchTimeout: 10 * time.Minute})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = db.Close() })
		fill(b, db, million)
		for _, t := range tables {
			var n int64
			if err := db.QueryRowContext(b.Context(), `SELECT COUNT(*) FROM `+t.name).Scan(&n); err != nil {
				b.Fatal(err)
			}
			b.Logf("%s: %s has %d rows", name, t.name, n)
		}
		s := NewStore(db)
		for _, group := range []string{"", "key", "share", "workflow", "visitor", "model", "credential", "day"} {
			for by, split := range map[string]int64{"": 0, "-by-day": day} {
				b.Run(fmt.Sprintf("%s/group-%s%s", name, group, by), func(b *testing.B) {
					for b.Loop() {
						rows, err := s.report(b.Context(), query{workspace: "acme", group: group, split: split, to: 1 << 40}, 51)
						if err == nil {
							err = s.addVisitors(b.Context(), query{workspace: "acme", group: group, split: split, to: 1 << 40}, rows)
						}
						if err != nil || group != "model" && len(rows) == 0 {
							b.Fatal(len(rows), err)
						}
					}
				})
			}
		}
		b.Run(name+"/visitors", func(b *testing.B) {
			for b.Loop() {
				if _, _, err := s.visitors(b.Context(), query{workspace: "acme", to: 1 << 40}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
