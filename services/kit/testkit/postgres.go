package testkit

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sys/unix"
)

// Postgres returns the URL of a new, empty database on a real PostgreSQL server. The server
// does not flush to disk, because tests do not survive a crash of the machine.
func Postgres(t testing.TB) string {
	t.Helper()
	return database(t, postgres)
}

// DurablePostgres returns the URL of a database on a server that flushes to disk like an
// operator's, for measurements.
func DurablePostgres(t testing.TB) string {
	t.Helper()
	return database(t, durablePostgres)
}

func database(t testing.TB, server func() (string, error)) string {
	t.Helper()
	dir, err := server()
	if err != nil {
		t.Fatalf("PostgreSQL for tests: %v", err)
	}
	name := fmt.Sprintf("test%d", databases.Add(1))
	run := func(statement string) error {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		return runSQL(ctx, postgresURL(dir, "postgres"), statement)
	}
	// Nobody can connect to template0, so copying it never finds it in use.
	if err := run("CREATE DATABASE " + name + " TEMPLATE template0"); err != nil {
		t.Fatalf("make test database: %v", err)
	}
	t.Cleanup(func() {
		if err := run("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("drop test database: %v", err)
		}
	})
	return postgresURL(dir, name)
}

var databases atomic.Int64

func postgresURL(dir, database string) string {
	return "postgres:///" + database + "?" + url.Values{"host": {dir}, "user": {"postgres"}}.Encode()
}

func runSQL(ctx context.Context, url, statement string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// The servers of this process.
var (
	postgres = sync.OnceValues(func() (string, error) {
		return startPostgres("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "autovacuum=off")
	})
	durablePostgres = sync.OnceValues(func() (string, error) { return startPostgres() })
)

// startPostgres starts a server and returns the folder of its socket. The server opens no
// port.
func startPostgres(settings ...string) (string, error) {
	bin, err := postgresPrograms()
	if err != nil {
		return "", err
	}
	as, err := unprivileged("postgres")
	if err != nil {
		return "", err
	}
	template, err := postgresTemplate(bin, as)
	if err != nil {
		return "", err
	}
	dir, err := makeDir(as)
	if err != nil {
		return "", err
	}
	data := filepath.Join(dir, "data")
	if err := runAs(as, "cp", "-a", "--reflink=auto", template, data); err != nil {
		return "", err
	}
	command := append([]string{
		filepath.Join(bin, "postgres"), "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "max_connections=500", "-c", "shared_buffers=64MB",
	}, settings...)
	s, err := startServer(dir, "QUIT", as, command...)
	if err != nil {
		return "", err
	}
	return dir, s.await(30*time.Second, func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		return runSQL(ctx, postgresURL(dir, "postgres"), "SELECT 1")
	})
}

// postgresPrograms returns the folder of the newest installed version.
func postgresPrograms() (string, error) {
	best, bestVersion := "", -1
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	for _, f := range found {
		bin := filepath.Dir(f)
		if v, err := strconv.Atoi(filepath.Base(filepath.Dir(bin))); err == nil && v > bestVersion {
			best, bestVersion = bin, v
		}
	}
	if best != "" {
		return best, nil
	}
	if f, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(f), nil
	}
	return "", errors.New("initdb is not installed: apt-get install postgresql")
}

// unprivileged returns the user to run a server as, because PostgreSQL refuses to run as
// root. Nil means the current user.
func unprivileged(names ...string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil //nolint:nilnil // nil means the current user
	}
	for _, name := range append(names, "nobody") {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
		if uidErr == nil && gidErr == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("tests run as root and there is no user postgres or nobody to run servers as")
}

// postgresTemplate returns a data folder made by initdb. It is kept between test runs,
// because making one takes seconds and copying it does not.
func postgresTemplate(bin string, as *syscall.Credential) (string, error) {
	uid := os.Geteuid()
	if as != nil {
		uid = int(as.Uid)
	}
	base := filepath.Join(os.TempDir(), fmt.Sprintf("keyhole-test-postgres-%s-%d", filepath.Base(filepath.Dir(bin)), uid))
	unlock, err := lock(base + ".lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	if info, err := os.Stat(base); err == nil {
		if st, ok := info.Sys().(*syscall.Stat_t); !ok || int(st.Uid) != uid {
			return "", fmt.Errorf("%s is another user's: remove it", base)
		}
		return base, nil
	}
	dir, err := makeDir(as)
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	data := filepath.Join(dir, "data")
	if err := runAs(as, filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust",
		"-E", "UTF8", "--locale=C", "--no-sync"); err != nil {
		return "", err
	}
	return base, os.Rename(data, base)
}

func runAs(as *syscall.Credential, command ...string) error {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir, cmd.Env = os.TempDir(), []string{"PATH=/usr/bin:/bin", "LC_ALL=C"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", filepath.Base(command[0]), err, out)
	}
	return nil
}

// lock waits for other test processes and returns the function that unlocks.
func lock(path string) (func(), error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make lock: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("lock: %w", err), f.Close())
	}
	return func() { _ = f.Close() }, nil
}
