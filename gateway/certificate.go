package gateway

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// certificateLife is how long a certificate is used before its files are looked at
// again.
const certificateLife = time.Minute

// certificate is the one for HTTPS, as its files have it: a renewal needs no restart.
type certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	mu     sync.Mutex
	pair   *tls.Certificate
	looked time.Time
}

func loadCertificate(certFile, keyFile string, log *slog.Logger) (*certificate, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile, log: log}
	return c, c.load()
}

func (c *certificate) load() error {
	c.looked = time.Now()
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("load certificate for HTTPS: %w", err)
	}
	c.pair = &pair
	return nil
}

// get is tls.Config's GetCertificate. What cannot be loaded, as in the middle of a
// renewal, leaves what was there.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.looked) >= certificateLife {
		if err := c.load(); err != nil {
			c.log.Error("certificate not reloaded: the one that was there stays in use", slog.Any("error", err))
		}
	}
	return c.pair, nil
}
