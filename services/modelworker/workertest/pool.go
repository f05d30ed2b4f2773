// Package workertest gives tests a real model worker, real models, and models
// made to measure, good and hostile.
package workertest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/keyhole-dev/keyhole/services/modelworker"
)

// Pool is a pool of real workers for the length of a test.
func Pool(tb testing.TB, change ...func(*modelworker.Config)) *modelworker.Pool {
	tb.Helper()
	cfg := modelworker.Config{Worker: binary(tb), Library: Fetched(tb, "bin/libonnxruntime.so")}
	for _, c := range change {
		c(&cfg)
	}
	pool, err := modelworker.New(cfg)
	if err != nil {
		tb.Fatalf("make a pool of model workers: %v", err)
	}
	tb.Cleanup(pool.Close)
	return pool
}

// Fetched is the path of a file that `make fetch` gets; its lack fails the test.
func Fetched(tb testing.TB, path string) string {
	tb.Helper()
	full := filepath.Join(root(tb), path)
	if _, err := os.Stat(full); err != nil {
		tb.Fatalf("%s is missing: the scripts in deploy/fetch get it (make test runs them first)", path)
	}
	return full
}

// Open is a model's Open over a path.
func Open(path string) func() (*os.File, error) {
	return func() (*os.File, error) { return os.Open(path) }
}

// built is per test binary: the worker is linked once for all its tests.
var built = sync.OnceValues(build)

// build keeps workers by what is in them, so that test binaries which run side by
// side share one, and none is replaced while it runs.
func build() (string, error) {
	dir, err := checkout()
	if err != nil {
		return "", err
	}
	keep := filepath.Join(dir, ".tools", "testdata", "worker")
	if err := os.MkdirAll(keep, 0o755); err != nil {
		return "", err
	}
	scratch, err := os.MkdirTemp(keep, "build-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	made := filepath.Join(scratch, "keyhole-model-worker")
	cmd := exec.Command("go", "build", "-o", made, "github.com/keyhole-dev/keyhole/services/modelworker/cmd/keyhole-model-worker")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the model worker: %w\n%s", err, out)
	}
	data, err := os.ReadFile(made)
	if err != nil {
		return "", err
	}
	path := filepath.Join(keep, fmt.Sprintf("%x", sha256.Sum256(data)))
	return path, os.Rename(made, path)
}

func binary(tb testing.TB) string {
	tb.Helper()
	path, err := built()
	if err != nil {
		tb.Fatal(err)
	}
	return path
}

func root(tb testing.TB) string {
	tb.Helper()
	dir, err := checkout()
	if err != nil {
		tb.Fatal(err)
	}
	return dir
}

// checkout is the folder of the workspace, found by its go.work.
func checkout() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(dir, "go.work")); missing == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("the checkout's root was not found")
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}

// Shared is the path of a file in the folder that may lie next to the checkout,
// with material that is not the project's. Where it is not there the test says so
// and does not run.
func Shared(tb testing.TB, path string) string {
	tb.Helper()
	full := filepath.Join(filepath.Dir(root(tb)), "shared", path)
	if _, err := os.Stat(full); err != nil {
		tb.Skipf("not run: ../shared/%s is not next to this checkout", path)
	}
	return full
}
