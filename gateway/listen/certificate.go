package listen

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// certificateLife is how long a loaded certificate is used before its files are read
// again.
const certificateLife = time.Minute

// certificate reloads the certificate for HTTPS from its files, so that a renewal
// needs no restart.
type certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	pair atomic.Pointer[tls.Certificate]
	// reading is held while the files are read, and guards loaded. No other
	// handshake waits for it: the file system may be slow, and the current certificate is valid.
	reading sync.Mutex
	loaded  time.Time
}

func loadCertificate(certFile, keyFile string, log *slog.Logger) (*certificate, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile, log: log}
	return c, c.load()
}

func (c *certificate) load() error {
	c.loaded = time.Now()
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("load certificate for HTTPS: %w", err)
	}
	c.pair.Store(&pair)
	return nil
}

// get is tls.Config's GetCertificate. It keeps the current certificate when the files
// cannot be loaded: a renewal may be half written.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	if c.reading.TryLock() { // else another handshake reads the files
		defer c.reading.Unlock()
		if time.Since(c.loaded) >= certificateLife {
			if err := c.load(); err != nil {
				c.log.Error("certificate not reloaded; the current one stays in use", slog.Any("error", err))
			}
		}
	}
	return c.pair.Load(), nil
}
