package listen

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"sync"
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

	mu     sync.Mutex
	pair   *tls.Certificate
	loaded time.Time
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
	c.pair = &pair
	return nil
}

// get is tls.Config's GetCertificate. It keeps the current certificate when the files
// cannot be loaded: a renewal may be half written.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.loaded) >= certificateLife {
		if err := c.load(); err != nil {
			c.log.Error("certificate not reloaded; the current one stays in use", slog.Any("error", err))
		}
	}
	return c.pair, nil
}
