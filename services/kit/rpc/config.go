package rpc

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// Endpoint is the kind of an endpoint.
type Endpoint int

// The endpoints. A service has one server for each.
const (
	// Public serves clients, with a key, an assertion or neither.
	Public Endpoint = iota + 1
	// Internal serves only the other services.
	Internal
)

// MaxMessage is the largest message of every hop: a JSON body of 32 MiB at the gateway,
// with overhead.
const MaxMessage = 33 << 20

// ServerConfig configures a server.
type ServerConfig struct {
	// Endpoint is required.
	Endpoint Endpoint
	// Identity is the service's own identity. A public endpoint with plaintext on loopback,
	// or on a pipe, needs none.
	Identity *identity.Identity
	// Plaintext serves TCP without TLS. It is refused on an internal endpoint, and on an
	// address that other machines can reach.
	Plaintext bool
	// Verifier checks forwarded assertions; nil takes the identity's.
	Verifier *identity.Verifier
	// Authenticate returns the principal of a presented key, with its assertion; see
	// Authenticator. Nil refuses all keys.
	Authenticate func(ctx context.Context, key secret.Secret) (caller.Principal, error)
	// Forwarders are the services that may forward principals; empty means gateway,
	// runner and sharing.
	Forwarders []string
	// VisitorKey is the key for pseudonyms of guests that call without a gateway.
	// Replicas share it; empty means a key generated at start.
	VisitorKey secret.Secret
	// Logger gets one line for each call. Required.
	Logger *slog.Logger
	// Tracer and Meter get spans and metrics; nil for none.
	Tracer trace.TracerProvider
	Meter  metric.MeterProvider
	// MaxDeadline bounds a unary call, and is the deadline of a call without one; 0
	// means 60 s. MaxStreamDeadline is the same for streams; 0 means 10 minutes.
	MaxDeadline, MaxStreamDeadline time.Duration
	// MaxMessage bounds a message in bytes; 0 means MaxMessage.
	MaxMessage int
	// MaxStreams bounds the calls of one connection at the same time; 0 means
	// 250 on a public endpoint and 5000 on an internal one, which has few peers.
	MaxStreams uint32
	// Connections bounds the connections, and the concurrent calls, of one address on a
	// public endpoint; 0 means 1024. Services and pipes have no such bound.
	Connections int
	// Messages is the memory for messages to and from clients that are not services, in
	// bytes; 0 means 1 GiB. One address gets at most half of it.
	Messages int64
	// StopTimeout bounds a graceful stop; 0 means 10 s.
	StopTimeout time.Duration
}

func (c ServerConfig) withDefaults() (ServerConfig, error) {
	if c.Endpoint != Public && c.Endpoint != Internal {
		return c, errors.New("rpc server: Endpoint is missing")
	}
	if c.Logger == nil {
		return c, errors.New("rpc server: Logger is missing")
	}
	if c.Endpoint == Internal && c.Plaintext {
		return c, errors.New("rpc server: an internal endpoint cannot use plaintext")
	}
	if c.Verifier == nil && c.Identity != nil {
		c.Verifier = c.Identity.Verifier()
	}
	if len(c.Forwarders) == 0 {
		c.Forwarders = []string{"gateway", "runner", "sharing"}
	}
	c.MaxDeadline = orDefault(c.MaxDeadline, time.Minute)
	c.MaxStreamDeadline = orDefault(c.MaxStreamDeadline, 10*time.Minute)
	c.StopTimeout = orDefault(c.StopTimeout, 10*time.Second)
	c.MaxMessage = orDefault(c.MaxMessage, MaxMessage)
	c.Connections = orDefault(c.Connections, 1024)
	c.Messages = orDefault(c.Messages, 1<<30)
	if c.Endpoint == Public {
		c.MaxStreams = orDefault(c.MaxStreams, 250)
	} else {
		c.MaxStreams = orDefault(c.MaxStreams, 5000)
	}
	return c, nil
}

// Flow-control windows, in bytes. One picture fits into the window of a stream, so its
// sender need not wait for the receiver.
const (
	window     = 1 << 20
	connWindow = 4 << 20
)

func orDefault[T comparable](v, byDefault T) T {
	var zero T
	if v == zero {
		return byDefault
	}
	return v
}
