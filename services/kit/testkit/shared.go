package testkit

import (
	"os"
	"path/filepath"
	"testing"
)

// Shared returns the path of name in the folder of inputs that the developers share and
// the repository does not hold: "shared", next to one of the folders above the test. Where
// it is missing, the test is skipped. Where the variable CI is set, it fails instead: a
// test that CI silently leaves out protects nothing.
func Shared(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		path := filepath.Join(dir, "shared", name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	const reason = "needs shared/%s next to the repository, which is not on this machine"
	if os.Getenv("CI") != "" {
		t.Fatalf(reason, name)
	}
	t.Skipf(reason, name)
	return ""
}
