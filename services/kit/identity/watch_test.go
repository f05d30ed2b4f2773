package identity_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/identity"
)

// syncBuffer is a log that a test reads while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func TestWatchTakesWhatIsRenewed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		a, err := identity.OpenAuthority(dir)
		if err != nil {
			t.Fatal(err)
		}
		renew := func() {
			t.Helper()
			if err := a.Write(dir, "vault"); err != nil {
				t.Fatal(err)
			}
		}
		pass := func() {
			time.Sleep(time.Minute)
			synctest.Wait()
		}
		renew()
		id := load(t, dir, "vault")
		var log syncBuffer
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- id.Watch(ctx, slog.New(slog.NewTextHandler(&log, nil))) }()

		first := leaf(t, id)
		pass()
		if !leaf(t, id).Equal(first) || log.String() != "" {
			t.Errorf("nothing has changed: %s", log.String())
		}
		renew()
		pass()
		second := leaf(t, id)
		if second.Equal(first) || strings.Count(log.String(), "certificate reloaded") != 1 {
			t.Errorf("the renewed certificate is not in use: %s", log.String())
		}
		// A file that does not fit leaves the old identity in use, and is reported until it
		// is repaired.
		if err := os.WriteFile(filepath.Join(dir, "vault.key"), []byte("broken"), 0o600); err != nil {
			t.Fatal(err)
		}
		pass()
		pass()
		if !leaf(t, id).Equal(second) || strings.Count(log.String(), "not reloaded") != 2 {
			t.Errorf("after a broken file: %s", log.String())
		}
		if err := os.Remove(filepath.Join(dir, "vault.key")); err != nil {
			t.Fatal(err)
		}
		pass()
		if !leaf(t, id).Equal(second) || strings.Count(log.String(), "not reloaded") != 3 {
			t.Errorf("without a file: %s", log.String())
		}
		renew()
		pass()
		if leaf(t, id).Equal(second) || strings.Count(log.String(), "certificate reloaded") != 2 {
			t.Errorf("after it was mended: %s", log.String())
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// A connection outlives the certificate that it was made with. The next connection uses the
// new certificate, even one of another authority.
func TestAReloadDropsNoConnection(t *testing.T) {
	t.Parallel()
	dir, runnerDir := t.TempDir(), t.TempDir()
	authorities := func() {
		t.Helper()
		a, err := identity.OpenAuthority(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, service := range []string{"vault", "runner"} {
			if err := a.Write(dir, service); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range []string{"runner.crt", "runner.key", "ca.crt"} {
			b, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(runnerDir, name), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	authorities()
	vault, runner := load(t, dir, "vault"), load(t, runnerDir, "runner")
	connect := func() (client, server *tls.Conn) {
		t.Helper()
		c, s := socketPair(t)
		client, server = tls.Client(c, runner.ClientTLS("vault")), tls.Server(s, vault.ServerTLS(false))
		done := make(chan error, 1)
		go func() { done <- server.HandshakeContext(t.Context()) }()
		if err := client.HandshakeContext(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		return client, server
	}
	speak := func(from, to *tls.Conn) {
		t.Helper()
		if _, err := from.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		if _, err := to.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
	}
	client, server := connect()
	speak(client, server)
	for _, name := range []string{"ca.crt", "ca.key"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	authorities()
	for _, id := range []*identity.Identity{vault, runner} {
		if err := id.Reload(); err != nil {
			t.Fatal(err)
		}
	}
	speak(client, server)
	speak(server, client)
	next, other := connect()
	speak(next, other)
	if !next.ConnectionState().PeerCertificates[0].Equal(leaf(t, vault)) {
		t.Error("the new connection was made with the old certificate")
	}
	if client.ConnectionState().PeerCertificates[0].Equal(leaf(t, vault)) {
		t.Error("the old connection has the new certificate: nothing was renewed")
	}
}
