package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"

	"github.com/keyhole-dev/keyhole/services/kit/lifecycle"
)

// ListenConfig is where and how HTTP is served.
type ListenConfig struct {
	// Addr is host:port.
	Addr string
	// Cert and Key are PEM files; without them it is plain HTTP.
	Cert, Key string
	// Plaintext allows plain HTTP where other machines reach it: keys and links
	// would cross the network in the clear, so somebody has to have meant it.
	Plaintext bool
	// Logger is told when a renewed certificate cannot be used.
	Logger *slog.Logger
}

// Listen opens the listener.
func Listen(ctx context.Context, cfg ListenConfig) (net.Listener, error) {
	if (cfg.Cert == "") != (cfg.Key == "") {
		return nil, errors.New("HTTPS needs both a certificate and its key")
	}
	if cfg.Cert == "" {
		if !cfg.Plaintext && !onLoopback(cfg.Addr) {
			return nil, fmt.Errorf("plain HTTP at %s would carry keys across the network: set --tls-cert and --tls-key, or --http-plaintext behind a proxy that has TLS", cfg.Addr)
		}
		return lifecycle.Listen(ctx, cfg.Addr)
	}
	cert, err := loadCertificate(cfg.Cert, cfg.Key, cfg.Logger)
	if err != nil {
		return nil, err
	}
	lis, err := lifecycle.Listen(ctx, cfg.Addr)
	if err != nil {
		return nil, err
	}
	return tls.NewListener(lis, &tls.Config{
		GetCertificate: cert.get, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
	}), nil
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
