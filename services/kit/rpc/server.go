package rpc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"buf.build/go/protovalidate"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"

	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/conns"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/throttle"
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

func orDefault[T comparable](v, byDefault T) T {
	var zero T
	if v == zero {
		return byDefault
	}
	return v
}

// Server is one endpoint of a service. Register services on it, then call Serve.
type Server struct {
	cfg       ServerConfig
	grpc      *grpc.Server
	health    *health.Server
	validator protovalidate.Validator
	visitors  Pseudonyms
	keys      *throttle.Throttle
	methods   map[string]*method
	durations callDurations
	strangers *strangers
	ready     func() error // finds the methods' rules, once
}

// NewServer builds a server. It starts nothing.
func NewServer(cfg ServerConfig) (*Server, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	validator, err := sharedValidator()
	if err != nil {
		return nil, fmt.Errorf("rpc server: make validator: %w", err)
	}
	durations, err := durationsOf(cfg.Tracer, cfg.Meter, "rpc.server.call.duration")
	if err != nil {
		return nil, fmt.Errorf("rpc server: %w", err)
	}
	s := &Server{
		cfg: cfg, validator: validator, health: health.NewServer(), visitors: NewPseudonyms(cfg.VisitorKey), durations: durations,
		strangers: newStrangers(cfg), keys: throttle.Keys(),
	}
	s.ready = sync.OnceValue(s.findRules)
	s.grpc = grpc.NewServer(s.options()...)
	healthpb.RegisterHealthServer(s.grpc, s.health)
	s.health.SetServingStatus("", healthpb.HealthCheckResponse_NOT_SERVING)
	if cfg.Endpoint == Public {
		reflection.Register(s.grpc)
	}
	return s, nil
}

// sharedValidator is used by all servers of a process. It holds only compiled rules, and
// most of its memory is the environment that compiles them.
var sharedValidator = sync.OnceValues(func() (protovalidate.Validator, error) { return protovalidate.New() })

func (s *Server) options() []grpc.ServerOption {
	opts := []grpc.ServerOption{
		grpc.Creds(serverCredentials(s.cfg, s.strangers)),
		grpc.InTapHandle(s.tap),
		grpc.ChainUnaryInterceptor(s.unary),
		grpc.ChainStreamInterceptor(s.stream),
		grpc.MaxRecvMsgSize(s.cfg.MaxMessage),
		grpc.MaxSendMsgSize(s.cfg.MaxMessage),
		grpc.MaxConcurrentStreams(s.cfg.MaxStreams),
		grpc.MaxHeaderListSize(32 << 10), grpc.HeaderTableSize(headerTable),
		grpc.ConnectionTimeout(10 * time.Second),
		grpc.InitialWindowSize(window), grpc.InitialConnWindowSize(connWindow),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 10 * time.Second, PermitWithoutStream: true}),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: 2 * time.Minute, Timeout: 20 * time.Second}),
		grpc.WaitForHandlers(true),
		grpc.NumStreamWorkers(streamWorkers),
	}
	if h := serverTelemetry(s.cfg); h != nil {
		opts = append(opts, grpc.StatsHandler(h))
	}
	return opts
}

// headerTable is the size of HPACK's dynamic table, in bytes. It holds the assertions of
// recent callers (2 KB each), so that repeated calls send an index instead.
const headerTable = 64 << 10

// streamWorkers is the number of goroutines that a server reuses for calls, because a new
// goroutine has to grow its stack for each call. Further concurrent calls get new
// goroutines.
const streamWorkers = 16

// Flow-control windows, in bytes. One picture fits into the window of a stream, so its
// sender need not wait for the receiver.
const (
	window     = 1 << 20
	connWindow = 4 << 20
)

// RegisterService implements grpc.ServiceRegistrar.
func (s *Server) RegisterService(desc *grpc.ServiceDesc, impl any) {
	s.grpc.RegisterService(desc, impl)
}

// Check returns the error of Serve for a method whose rule is missing or does not fit this
// endpoint. A test of each service calls it.
func (s *Server) Check() error { return s.ready() }

// Serve accepts connections until ctx ends. It then refuses new calls, waits up to
// StopTimeout for calls in progress, and returns. A server may serve several listeners, for
// instance one for clients and a pipe.
func (s *Server) Serve(ctx context.Context, lis net.Listener) error {
	err := errors.Join(s.Check(), s.checkListener(lis))
	if err != nil {
		return errors.Join(err, lis.Close())
	}
	if _, pipe := lis.(pipeListener); s.cfg.Endpoint == Public && !pipe {
		lis = conns.Limit(lis, conns.Limits{Each: s.cfg.Connections})
	}
	s.health.Resume()            // all services are serving
	ended := make(chan error, 1) // buffered, so that the goroutine always ends
	go func() { ended <- s.grpc.Serve(lis) }()
	select {
	case err = <-ended:
	case <-ctx.Done():
		s.stop()
		err = <-ended
	}
	if err != nil && !errors.Is(err, grpc.ErrServerStopped) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// stop waits up to StopTimeout for calls in progress, then cancels them.
func (s *Server) stop() {
	s.health.Shutdown()
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.grpc.GracefulStop()
	}()
	t := time.NewTimer(s.cfg.StopTimeout)
	defer t.Stop()
	select {
	case <-done:
	case <-t.C:
		s.grpc.Stop() // cancels calls in progress, so that GracefulStop returns
		<-done
	}
}
