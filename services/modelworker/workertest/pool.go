// Package workertest gives tests a real model worker, real models, and small hand-written
// models, good and hostile.
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

// Pool returns a pool of real workers, which ends with the test.
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

// Fetched returns the path of a file that `make fetch` downloads. The test fails if the
// file is missing.
func Fetched(tb testing.TB, path string) string {
	tb.Helper()
	full := filepath.Join(root(tb), path)
	if _, err := os.Stat(full); err != nil {
		tb.Fatalf("%s is missing: the scripts in deploy/fetch get it (make test runs them first)", path)
	}
	return full
}

// Open returns an Open function for a model's path.
func Open(path string) func() (*os.File, error) {
	return func() (*os.File, error) { return os.Open(path) }
}

// built links the worker once for each test binary.
var built = sync.OnceValues(build)

// build stores workers under the hash of their content, so that concurrent test binaries
// share one and no running worker is replaced.
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

// checkout returns the root folder of the workspace, which has a go.work.
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
