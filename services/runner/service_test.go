package runner_test

import (
	"os"
	"path/filepath"
	"testing"

	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/runner"
)

// New leaves the folder of models unchanged. Bootstrap empties it.
func TestNewWritesNothing(t *testing.T) {
	t.Parallel()
	workers, err := modelworker.New(modelworker.Config{Worker: "/nonexistent/keyhole-model-worker"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(workers.Close)
	deps := runner.Deps{
		Sharing: sharinginternalv1.NewSharingInternalServiceClient(nil), Vault: vaultinternalv1.NewVaultInternalServiceClient(nil),
		Registry: registryinternalv1.NewRegistryInternalServiceClient(nil), Workers: workers, Logger: testkit.Silence(),
	}
	dir := t.TempDir()
	old := filepath.Join(dir, "runner-cache", "old")
	if err := os.MkdirAll(old, 0o700); err != nil {
		t.Fatal(err)
	}
	service, err := runner.New(runner.Config{ModelDir: dir}, deps)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); err != nil {
		t.Errorf("after New: %v", err)
	}
	if err := service.Bootstrap(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); err == nil {
		t.Error("Bootstrap left a model of an earlier process")
	}
	if err := service.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "runner-cache")); err != nil {
		t.Fatal(err)
	}
	if err := service.Ready(t.Context()); err == nil {
		t.Error("a runner without its folder is ready")
	}
	deps.Vault = nil
	if _, err := runner.New(runner.Config{ModelDir: dir}, deps); err == nil {
		t.Error("a runner without a vault was made")
	}
}
