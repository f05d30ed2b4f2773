package testkit

import (
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/identity"
)

// Databases runs a test on each database engine, with a new, empty database. The subtests
// are parallel, so code after this call does not wait for them.
func Databases(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	for name, open := range map[string]func(testing.TB) string{"sqlite": SQLite, "postgres": Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// Redises runs a test on the embedded Redis, on a real server and on a real cluster of
// three nodes, each empty. The subtests are parallel.
func Redises(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	for name, open := range map[string]func(testing.TB) string{
		"embedded": func(testing.TB) string { return "embedded:" }, "redis": Redis, "cluster": RedisCluster,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// SQLite returns the URL of a new database in the test's temporary folder.
func SQLite(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "test.db")
}

// Authority returns a certificate authority for one test.
func Authority(t testing.TB) *identity.Authority {
	t.Helper()
	a, err := identity.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Identity issues an identity, or fails the test.
func Identity(t testing.TB, a *identity.Authority, service string) *identity.Identity {
	t.Helper()
	id, err := a.Issue(service)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// ClosedAddress returns an address of this machine on which nobody listens.
func ClosedAddress(t testing.TB) string {
	t.Helper()
	lis, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed immediately
	if err != nil {
		t.Fatal(err)
	}
	if err := lis.Close(); err != nil {
		t.Fatal(err)
	}
	return lis.Addr().String()
}

// Logger writes to the test's log, which is shown when the test fails.
func Logger(t testing.TB) *slog.Logger {
	t.Helper()
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// Silence returns a logger that writes nothing, for benchmarks.
func Silence() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }
