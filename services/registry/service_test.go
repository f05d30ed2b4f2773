package registry_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"gocloud.dev/blob/memblob"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/registry"
)

// New checks its dependencies and writes nothing. Bootstrap does.
func TestNewWritesNothing(t *testing.T) {
	t.Parallel()
	workers, err := modelworker.New(modelworker.Config{Worker: "/nonexistent/keyhole-model-worker"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(workers.Close)
	db, err := sqldb.Open(t.Context(), testkit.SQLite(t), nil, sqldb.Options{}) // without tables
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	deps := registry.Deps{
		DB: db, Bucket: memblob.OpenBucket(nil), Workers: workers,
		Verifier: testkit.Identity(t, testkit.Authority(t), "registry").Verifier(), Logger: testkit.Logger(t),
	}
	scratch := filepath.Join(t.TempDir(), "scratch")
	cfg := registry.Config{PageKey: secret.FromString("a key of sixteen bytes or more"), Scratch: scratch}
	service, err := registry.New(cfg, deps)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(scratch); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the scratch folder after New: %v", err)
	}
	if err := service.Bootstrap(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(scratch); err != nil {
		t.Error(err)
	}
	for name, without := range map[string]func(*registry.Deps){
		"DB": func(d *registry.Deps) { d.DB = nil }, "Bucket": func(d *registry.Deps) { d.Bucket = nil },
		"Workers": func(d *registry.Deps) { d.Workers = nil }, "Verifier": func(d *registry.Deps) { d.Verifier = nil },
		"Logger": func(d *registry.Deps) { d.Logger = nil },
	} {
		broken := deps
		without(&broken)
		if _, err := registry.New(cfg, broken); err == nil {
			t.Errorf("a registry without %s was made", name)
		}
	}
}
