package egress

import (
	"crypto/x509"
	"net"
	"time"
)

// Config configures a Client. The zero value works.
type Config struct {
	// Rules are the operator's. Nil allows only https to public addresses.
	Rules *Rules
	// Resolver looks names up. Nil means the machine's.
	Resolver *net.Resolver
	// RootCAs are trusted for TLS. Nil means the machine's.
	RootCAs *x509.CertPool
	// MaxRequestBytes bounds a request's body. Zero means 64 MiB.
	MaxRequestBytes int64
	// MaxResponseBytes bounds an answer's body, compressed and decompressed. Zero means 64 MiB.
	MaxResponseBytes int64
	// DialTimeout bounds look-up and connect together, and then the TLS handshake. Zero means 10 seconds.
	DialTimeout time.Duration
	// HeaderTimeout bounds the wait for an answer to begin, from the last byte sent. Zero means 2 minutes,
	// because language models compute before they answer.
	HeaderTimeout time.Duration
	// IdleTimeout bounds the wait for the next bytes of an answer. Zero means 1 minute.
	IdleTimeout time.Duration
	// TotalTimeout bounds a whole call. Zero means 10 minutes.
	TotalTimeout time.Duration
	// Now is the clock of signatures. Nil means the machine's.
	Now func() time.Time
}

func (c Config) withDefaults() Config {
	if c.Rules == nil {
		c.Rules = &Rules{}
	}
	if c.Resolver == nil {
		c.Resolver = net.DefaultResolver
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	orDefault(&c.MaxRequestBytes, 64<<20)
	orDefault(&c.MaxResponseBytes, 64<<20)
	orDefault(&c.DialTimeout, 10*time.Second)
	orDefault(&c.HeaderTimeout, 2*time.Minute)
	orDefault(&c.IdleTimeout, time.Minute)
	orDefault(&c.TotalTimeout, 10*time.Minute)
	return c
}

func orDefault[T ~int64](p *T, v T) {
	if *p <= 0 {
		*p = v
	}
}
