package rpc

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"

	"github.com/keyhole-dev/keyhole/services/kit/conns"
	"github.com/keyhole-dev/keyhole/services/kit/rpc/access"
	"github.com/keyhole-dev/keyhole/services/kit/rpc/stranger"
	"github.com/keyhole-dev/keyhole/services/kit/throttle"
)

// Server is one endpoint of a service. Register services on it, then call Serve.
type Server struct {
	cfg    ServerConfig
	grpc   *grpc.Server
	health *health.Server
	calls  *calls
	ready  func() error // finds the methods' rules, once
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
	s := &Server{cfg: cfg, health: health.NewServer(), calls: &calls{
		cfg: cfg, validator: validator, visitors: NewPseudonyms(cfg.VisitorKey), durations: durations,
		strangers: stranger.New(int64(cfg.Connections), cfg.Messages), keys: throttle.Keys(),
	}}
	s.ready = sync.OnceValue(s.findRules)
	s.grpc = grpc.NewServer(s.options()...)
	healthpb.RegisterHealthServer(s.grpc, s.health)
	s.health.SetServingStatus("", healthpb.HealthCheckResponse_NOT_SERVING)
	if cfg.Endpoint == Public {
		reflection.Register(s.grpc)
	}
	return s, nil
}

func (s *Server) options() []grpc.ServerOption {
	opts := []grpc.ServerOption{
		grpc.Creds(serverCredentials(s.cfg, s.calls.strangers)),
		grpc.InTapHandle(s.calls.tap),
		grpc.ChainUnaryInterceptor(s.calls.unary),
		grpc.ChainStreamInterceptor(s.calls.stream),
		grpc.MaxRecvMsgSize(s.cfg.MaxMessage),
		grpc.MaxSendMsgSize(s.cfg.MaxMessage),
		grpc.MaxConcurrentStreams(s.cfg.MaxStreams),
		grpc.MaxHeaderListSize(32 << 10), grpc.HeaderTableSize(headerTable),
		grpc.ConnectionTimeout(10 * time.Second),
		grpc.InitialWindowSize(window), grpc.InitialConnWindowSize(connWindow),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 5 * time.Second, PermitWithoutStream: true}),
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

// RegisterService implements grpc.ServiceRegistrar.
func (s *Server) RegisterService(desc *grpc.ServiceDesc, impl any) {
	s.grpc.RegisterService(desc, impl)
}

// findRules reads the access rule of every registered method.
func (s *Server) findRules() (err error) {
	if s.calls.methods, err = access.Methods(s.grpc.GetServiceInfo(), s.cfg.Endpoint == Internal); err != nil {
		return fmt.Errorf("rpc server: %w", err)
	}
	return nil
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

// Leave tells the health checks of other services that this server is about to stop. It
// still serves.
func (s *Server) Leave() { s.health.Shutdown() }

// stop waits up to StopTimeout for calls in progress, then cancels them.
func (s *Server) stop() {
	s.Leave()
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

// checkListener refuses plaintext that another machine could reach.
func (s *Server) checkListener(lis net.Listener) error {
	if _, ok := lis.(pipeListener); ok {
		return nil
	}
	if s.cfg.Plaintext {
		if !isLoopback(lis.Addr()) {
			return fmt.Errorf("rpc server: refusing plaintext on %s: other machines can reach it; set an identity, or listen on 127.0.0.1", lis.Addr())
		}
		return nil
	}
	if s.cfg.Identity == nil {
		return errors.New("rpc server: no identity to serve TLS with")
	}
	return nil
}
