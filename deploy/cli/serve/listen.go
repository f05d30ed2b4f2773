package serve

import (
	"context"
	"errors"
	"log/slog"
	"net"

	"github.com/keyhole-dev/keyhole/gateway/listen"
	"github.com/keyhole-dev/keyhole/services/kit/lifecycle"
)

// listeners are opened first, so that a port in use fails the start immediately.
type listeners struct{ http, grpc, admin net.Listener }

func (c *Command) listen(ctx context.Context, logger *slog.Logger) (*listeners, error) {
	var l listeners
	var err error
	front := listen.Config{
		Addr: c.HTTP, Cert: c.TLSCert, Key: c.TLSKey, Plaintext: c.HTTPPlaintext, Logger: logger,
		Connections: c.Connections, TrustedProxies: c.TrustedProxies,
	}
	if l.http, err = listen.Open(ctx, front); err != nil {
		return nil, err
	}
	for _, other := range []struct {
		addr string
		to   *net.Listener
	}{{c.GRPC, &l.grpc}, {c.Admin, &l.admin}} {
		if *other.to, err = lifecycle.Listen(ctx, other.addr); err != nil {
			return nil, errors.Join(err, l.close())
		}
	}
	return &l, nil
}

func (l *listeners) close() error {
	var err error
	for _, lis := range []net.Listener{l.http, l.grpc, l.admin} {
		if lis != nil {
			err = errors.Join(err, lis.Close())
		}
	}
	return err
}
