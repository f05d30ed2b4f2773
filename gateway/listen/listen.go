package listen

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"

	"github.com/keyhole-dev/keyhole/services/kit/conns"
	"github.com/keyhole-dev/keyhole/services/kit/lifecycle"
)

// Config says where and how HTTP is served.
type Config struct {
	// Addr is host:port.
	Addr string
	// Cert and Key are PEM files. Without them the listener speaks plain HTTP.
	Cert, Key string
	// Plaintext allows plain HTTP off loopback. Keys and links then cross the
	// network unencrypted, unless a proxy in front terminates TLS.
	Plaintext bool
	// Connections is how many one address has open at the same time; 0 means 1024.
	Connections int
	// TrustedProxies are the networks (CIDR) of proxies, which are not counted.
	TrustedProxies []string
	// Logger gets an error when a renewed certificate cannot be loaded.
	Logger *slog.Logger
}

// Open opens the listener.
func Open(ctx context.Context, cfg Config) (net.Listener, error) {
	if (cfg.Cert == "") != (cfg.Key == "") {
		return nil, errors.New("HTTPS needs both a certificate and its key")
	}
	if cfg.Cert == "" {
		if !cfg.Plaintext && !onLoopback(cfg.Addr) {
			return nil, fmt.Errorf("plain HTTP at %s would send keys over the network unencrypted: set --tls-cert and --tls-key, or --http-plaintext behind a proxy that terminates TLS", cfg.Addr)
		}
		return cfg.listen(ctx)
	}
	cert, err := loadCertificate(cfg.Cert, cfg.Key, cfg.Logger)
	if err != nil {
		return nil, err
	}
	lis, err := cfg.listen(ctx)
	if err != nil {
		return nil, err
	}
	return tls.NewListener(lis, &tls.Config{
		GetCertificate: cert.get, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
	}), nil
}

func (c Config) listen(ctx context.Context) (net.Listener, error) {
	proxies, err := Proxies(c.TrustedProxies)
	if err != nil {
		return nil, err
	}
	lis, err := lifecycle.Listen(ctx, c.Addr)
	if err != nil {
		return nil, err
	}
	return conns.Limit(lis, conns.Limits{Each: c.Connections, Proxies: proxies}), nil
}

// Proxies parses the networks of trusted proxies.
func Proxies(networks []string) ([]netip.Prefix, error) {
	var proxies []netip.Prefix
	for _, n := range networks {
		prefix, err := netip.ParsePrefix(n)
		if err != nil {
			return nil, fmt.Errorf("parse trusted proxy %q: %w", n, err)
		}
		proxies = append(proxies, prefix.Masked())
	}
	return proxies, nil
}

func onLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
