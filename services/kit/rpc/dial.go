package rpc

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"

	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/rpc/replicas"
)

// ClientConfig configures a connection to another service.
type ClientConfig struct {
	// Identity is the service's own identity. Peer is the service name in the server's
	// certificate. Both are required for a network target.
	Identity *identity.Identity
	Peer     string
	// Pipe dials inside of the process. The target is then only a name.
	Pipe Dialer
	// Tracer and Meter get spans and metrics; nil for none.
	Tracer trace.TracerProvider
	Meter  metric.MeterProvider
	// Timeout is the deadline of a unary call whose context has none; 0 means 30 s.
	Timeout time.Duration
	// MaxMessage bounds a message in bytes; 0 means MaxMessage.
	MaxMessage int
}

// connectParams reconnect soon, because a restarted peer is soon available again. gRPC's
// default backoff grows to minutes.
var connectParams = grpc.WithConnectParams(grpc.ConnectParams{
	Backoff:           backoff.Config{BaseDelay: 50 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: time.Second},
	MinConnectTimeout: 5 * time.Second,
})

// Dial returns a client connection, which connects on first use. Calls carry the principal
// of their context, the request id, the deadline and the trace. A target is "host:port", or
// "keyhole:///host:port" to spread calls over the replicas of a name; see package replicas. The
// caller closes the connection.
func Dial(target string, cfg ClientConfig) (*grpc.ClientConn, error) {
	cfg.Timeout = orDefault(cfg.Timeout, 30*time.Second)
	cfg.MaxMessage = orDefault(cfg.MaxMessage, MaxMessage)
	durations, err := durationsOf(cfg.Tracer, cfg.Meter, "rpc.client.call.duration")
	if err != nil {
		return nil, fmt.Errorf("rpc dial %s: %w", cfg.Peer, err)
	}
	opts := []grpc.DialOption{
		grpc.WithChainUnaryInterceptor(durations.unary, cfg.unary),
		grpc.WithChainStreamInterceptor(cfg.stream),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(cfg.MaxMessage), grpc.MaxCallSendMsgSize(cfg.MaxMessage)),
		grpc.WithDefaultServiceConfig(serviceConfig()),
		grpc.WithDisableServiceConfig(), // DNS may not change our retry policy
		grpc.WithInitialWindowSize(window), grpc.WithInitialConnWindowSize(connWindow),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 10 * time.Second, Timeout: 3 * time.Second}),
		grpc.WithNoProxy(),
		connectParams,
		grpc.WithIdleTimeout(0),
	}
	if h := clientTelemetry(cfg.Tracer, cfg.Meter); h != nil {
		opts = append(opts, grpc.WithStatsHandler(h))
	}
	switch {
	case cfg.Pipe != nil:
		target = "passthrough:///" + target
		opts = append(opts, grpc.WithTransportCredentials(&pipeClient{}), grpc.WithContextDialer(
			func(ctx context.Context, _ string) (net.Conn, error) { return cfg.Pipe(ctx) }))
	case cfg.Identity == nil || cfg.Peer == "":
		return nil, errors.New("rpc dial: a connection over the network needs an identity and the peer's name")
	default:
		creds := grpc.WithTransportCredentials(credentials.NewTLS(cfg.Identity.ClientTLS(cfg.Peer)))
		opts = append(opts, creds, grpc.WithResolvers(replicas.NewBuilder(replicas.Config{Dial: func(addr string) (*grpc.ClientConn, error) {
			return grpc.NewClient("passthrough:///"+addr, creds, connectParams, grpc.WithNoProxy())
		}})))
	}
	conn, err := grpc.NewClient(target, opts...)
	if err != nil {
		return nil, fmt.Errorf("rpc dial %s: %w", cfg.Peer, err)
	}
	return conn, nil
}

func (c ClientConfig) unary(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.Timeout)
		defer cancel()
	}
	return invoke(forward(ctx), method, req, reply, cc, opts...)
}

func (c ClientConfig) stream(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, open grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	return open(forward(ctx), desc, cc, method, opts...)
}

// forward adds the principal to the outgoing metadata. It keeps existing metadata of the
// context, except for keys that only this function sets.
func forward(ctx context.Context) context.Context {
	md, _ := metadata.FromOutgoingContext(ctx) // a copy
	if md == nil {
		md = make(metadata.MD, 2)
	}
	delete(md, principalKey)
	delete(md, visitorKey)
	delete(md, passKey)
	switch p := caller.From(ctx); {
	case p.Assertion != "":
		md[principalKey] = []string{p.Assertion}
	case p.Kind == caller.Guest:
		md[visitorKey] = []string{p.Visitor}
	}
	if pass := caller.From(ctx).Pass; pass != "" {
		md[passKey] = []string{pass}
	}
	if id := caller.RequestID(ctx); id != "" {
		md[requestIDKey] = []string{id}
	}
	return metadata.NewOutgoingContext(ctx, md)
}
