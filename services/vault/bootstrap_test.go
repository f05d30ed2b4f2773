package vault_test

import (
	"path/filepath"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/redisx/embedded"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/vault"
	"github.com/keyhole-dev/keyhole/services/vault/envelope"
	"github.com/keyhole-dev/keyhole/services/vault/migrations"
)

// New writes nothing. Bootstrap writes the operator's workspace, once.
func TestOnlyBootstrapWrites(t *testing.T) {
	t.Parallel()
	db, err := sqldb.Open(t.Context(), testkit.SQLite(t), migrations.Files, sqldb.Options{})
	must(t, err)
	defer func() { _ = db.Close() }()
	redis, err := embedded.Open(t.Context(), "embedded:", "vault")
	must(t, err)
	defer func() { _ = redis.Close() }()
	own := testkit.Identity(t, testkit.Authority(t), "vault")
	kek, err := envelope.OpenFile(filepath.Join(t.TempDir(), "kek"))
	must(t, err)
	s, err := vault.New(vault.Config{}, vault.Deps{DB: db, Redis: redis, KEK: kek, Identity: own, Verifier: own.Verifier(), Logger: testkit.Silence()})
	must(t, err)
	defer s.Close()
	rows := func() (n int) {
		must(t, db.QueryRowContext(t.Context(), `SELECT (SELECT COUNT(*) FROM workspaces) + (SELECT COUNT(*) FROM api_keys)
			+ (SELECT COUNT(*) FROM data_keys) + (SELECT COUNT(*) FROM audit_events)`).Scan(&n))
		return n
	}
	if n := rows(); n != 0 {
		t.Errorf("New wrote %d rows", n)
	}
	for range 2 {
		must(t, s.Bootstrap(t.Context()))
		if n := rows(); n != 4 {
			t.Errorf("%d rows after Bootstrap, want a workspace, the guest key, a data key and an event", n)
		}
	}
}
