package listen

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/identity"
)

func TestHTTPSTakesARenewedCertificate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		a, err := identity.OpenAuthority(dir)
		if err != nil {
			t.Fatal(err)
		}
		renew := func() {
			t.Helper()
			if err := a.Write(dir, "web", "localhost"); err != nil {
				t.Fatal(err)
			}
		}
		var log bytes.Buffer
		crt, key := filepath.Join(dir, "web.crt"), filepath.Join(dir, "web.key")
		logger := slog.New(slog.NewTextHandler(&log, nil))
		if _, err := loadCertificate(crt, key, logger); err == nil {
			t.Error("it starts without its files")
		}
		renew()
		c, err := loadCertificate(crt, key, logger)
		if err != nil {
			t.Fatal(err)
		}
		serial := func() string {
			t.Helper()
			pair, err := c.get(nil)
			if err != nil {
				t.Fatal(err)
			}
			return pair.Leaf.SerialNumber.String()
		}
		first := serial()
		renew()
		if serial() != first {
			t.Error("the files are read for each connection")
		}
		time.Sleep(time.Minute)
		second := serial()
		if second == first {
			t.Error("the renewed certificate is not in use after a minute")
		}
		if err := os.WriteFile(key, []byte("broken"), 0o600); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		for range 2 { // it is checked once a minute
			if serial() != second || strings.Count(log.String(), "not reloaded") != 1 {
				t.Errorf("after a broken file: %s", log.String())
			}
		}
		renew()
		time.Sleep(time.Minute)
		if serial() == second {
			t.Error("the mended certificate is not in use")
		}
	})
}

// A handshake does not wait for another one that reads the files: these may be on a file
// system that does not answer.
func TestNoHandshakeWaitsForTheFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, err := identity.OpenAuthority(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Write(dir, "web", "localhost"); err != nil {
		t.Fatal(err)
	}
	crt, key := filepath.Join(dir, "web.crt"), filepath.Join(dir, "web.key")
	c, err := loadCertificate(crt, key, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(crt)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(crt), syscall.Mkfifo(crt, 0o600)); err != nil { // a read waits for a writer
		t.Fatal(err)
	}
	c.loaded = time.Now().Add(-certificateLife)
	waiting := make(chan error, 1)
	go func() { _, err := c.get(nil); waiting <- err }()
	pipe, err := os.OpenFile(crt, os.O_WRONLY, 0) // returns when the files are being read
	if err != nil {
		t.Fatal(err)
	}
	if pair, err := c.get(nil); pair == nil || err != nil {
		t.Errorf("a handshake meanwhile got %v, %v", pair, err)
	}
	_, err = pipe.Write(text)
	if err := errors.Join(err, pipe.Close(), <-waiting); err != nil {
		t.Error(err)
	}
}
