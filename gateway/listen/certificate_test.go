package listen

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
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
