package usage

import (
	"fmt"
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/sharing/migrations"
)

// The sums of a database that had runs before there were sums equal its ledger.
func TestTheMigrationSumsUpEarlierRuns(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		before := fstest.MapFS{}
		files, err := fs.Glob(migrations.Files, "000[01]*.sql") // up to 00019
		if err != nil || len(files) != 19 {
			t.Fatalf("%d files, %v", len(files), err)
		}
		for _, f := range files {
			text, err := migrations.Files.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			before[f] = &fstest.MapFile{Data: text}
		}
		old := openWith(t, url, before)
		for i := range 60 {
			write(t, old, i)
		}
		if err := old.Close(); err != nil {
			t.Fatal(err)
		}
		db := openWith(t, url, migrations.Files)
		t.Cleanup(func() { _ = db.Close() })
		for _, ws := range []string{"acme", "visitor"} {
			for _, table := range tables {
				rows, differences, err := NewStore(db).compare(t.Context(), table, query{workspace: ws, to: 10 * day})
				if err != nil || len(differences) != 0 || rows == 0 && ws == "acme" {
					t.Errorf("%s of %s: %d rows, %v, %v", table.name, ws, rows, differences, err)
				}
			}
		}
	})
}

func openWith(t *testing.T, url string, files fs.FS) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(t.Context(), url, files, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// write writes a run of every state and payer in turn, with what it used.
func write(t *testing.T, db *sqldb.DB, i int) {
	t.Helper()
	id, payer, share, visitor := fmt.Sprint("r", i), "acme", "s", fmt.Sprint("vis_", i%7)
	switch i % 3 {
	case 0:
		payer = "visitor"
	case 1:
		share, visitor = "", ""
	}
	statements := []sqldb.Statement{{
		Text: `INSERT INTO runs (id, request_id, caller, caller_workspace, owner_workspace, charged_workspace, charged_key, visitor, workflow, workflow_id, version,
			version_hash, share, share_id, rights, scopes, vault_open, lease, state, reason, message, steps, day, start_time, end_time,
			model_images, credential_calls, input_tokens, output_tokens, pictures)
			VALUES ($1, '', 'c', '', 'acme', $2, $3, $4, 'w', 'flow', 1, 'h', $5, $6, '', '', FALSE, 0, $7, '', '', '', '', $8, 0, 2, 2, 9, 4, 1)`,
		Args: []any{id, payer, "workspaces/" + payer + "/keys/k", visitor, share, share, 1 + i%6, int64(i) * perHour},
	}}
	for _, resource := range []string{"workspaces/acme/credentials/a", "workspaces/acme/credentials/b", "workspaces/acme/models/m/versions/1"} {
		kind := "credential"
		if resource == "workspaces/acme/models/m/versions/1" {
			kind = "model"
		}
		statements = append(statements, sqldb.Statement{
			Text: `INSERT INTO line_items (run, step, attempt, kind, resource, quantity, input_tokens, output_tokens, end_unknown, failed, provider, destination)
				VALUES ($1, 'x', 1, $2, $3, 1, 3, 2, FALSE, 1, '', '')`,
			Args: []any{id, kind, resource},
		})
	}
	if _, err := db.Exec(t.Context(), statements...); err != nil {
		t.Fatal(err)
	}
}
