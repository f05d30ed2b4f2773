package rpc_test

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

func silence(testing.TB) *slog.Logger { return testkit.Silence() }

// hostOf returns the remote host of a call, as the handler's context has it.
func hostOf(ctx context.Context) string {
	p, ok := peer.FromContext(ctx)
	if !ok {
		return ""
	}
	host, _, _ := net.SplitHostPort(p.Addr.String())
	return host
}

func listen(t testing.TB, addr string) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp4", addr)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// tcp serves one endpoint of the harness on loopback.
func (w *harness) tcp(t testing.TB, cfg rpc.ServerConfig) string {
	t.Helper()
	cfg.Authenticate, cfg.Logger, cfg.StopTimeout = authenticate, silence(t), time.Second
	if !cfg.Plaintext {
		cfg.Identity = w.self
	}
	l := listen(t, "127.0.0.1:0")
	w.serve(t, cfg, l)
	return l.Addr().String()
}

func dialTLS(t testing.TB, addr string, id *identity.Identity, peer string) *grpc.ClientConn {
	t.Helper()
	conn, err := rpc.Dial(addr, rpc.ClientConfig{Identity: id, Peer: peer})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// raw is a client that does not use this package.
func raw(t testing.TB, addr string, creds credentials.TransportCredentials) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(creds))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func TestIdentityComesFromTheCertificate(t *testing.T) {
	t.Parallel()
	w := newHarness(t)
	addr := w.tcp(t, rpc.ServerConfig{Endpoint: rpc.Internal})
	runner, sharing := testkit.Identity(t, w.authority, "runner"), testkit.Identity(t, w.authority, "sharing")
	foreign := testkit.Identity(t, testkit.Authority(t), "runner")
	for name, c := range map[string]struct {
		id   *identity.Identity
		peer string
		code codes.Code
	}{
		"runner":            {runner, "registry", codes.OK},
		"sharing":           {sharing, "registry", codes.PermissionDenied},
		"foreign authority": {foreign, "registry", codes.Unavailable},
		"not whom we mean":  {runner, "vault", codes.Unavailable},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		client := registryinternalv1.NewRegistryInternalServiceClient(dialTLS(t, addr, c.id, c.peer))
		_, err := client.GetRunModel(ctx, &registryinternalv1.GetRunModelRequest{Grant: "g", Version: "v"})
		if errs.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
		cancel()
	}
	if caller.Peer(w.last(t)) != "runner" || hostOf(w.last(t)) != "127.0.0.1" {
		t.Errorf("the handler sees %q at %q", caller.Peer(w.last(t)), hostOf(w.last(t)))
	}
	// Without a certificate no connection reaches an internal endpoint.
	anonymous := raw(t, addr, credentials.NewTLS(&tls.Config{InsecureSkipVerify: true}))
	_, err := registryinternalv1.NewRegistryInternalServiceClient(anonymous).GetRunModel(t.Context(), &registryinternalv1.GetRunModelRequest{})
	if status.Code(err) != codes.Unavailable {
		t.Errorf("without a certificate: %v", err)
	}
	plain := raw(t, addr, insecure.NewCredentials())
	_, err = registryinternalv1.NewRegistryInternalServiceClient(plain).GetRunModel(t.Context(), &registryinternalv1.GetRunModelRequest{})
	if status.Code(err) != codes.Unavailable {
		t.Errorf("plaintext: %v", err)
	}
}

// A client that is not a service uses TLS or, on loopback, plaintext. No metadata makes it
// a peer.
func TestStrangersOnThePublicEndpoint(t *testing.T) {
	t.Parallel()
	w := newHarness(t)
	token := w.assert(t, "vault", keys["kh_demo"], time.Minute)
	for name, conn := range map[string]*grpc.ClientConn{
		"TLS":       raw(t, w.tcp(t, rpc.ServerConfig{Endpoint: rpc.Public}), credentials.NewTLS(&tls.Config{InsecureSkipVerify: true})),
		"plaintext": raw(t, w.tcp(t, rpc.ServerConfig{Endpoint: rpc.Public, Plaintext: true}), insecure.NewCredentials()),
	} {
		client, who := registryv1.NewRegistryServiceClient(conn), vaultv1.NewVaultServiceClient(conn)
		if _, err := client.GetModel(bearer(t.Context(), "kh_demo"), demoModel); err != nil {
			t.Errorf("%s: with a key: %v", name, err)
		}
		if _, err := who.Whoami(t.Context(), &vaultv1.WhoamiRequest{}); err != nil || caller.From(w.last(t)).Kind != caller.Guest {
			t.Errorf("%s: as a guest: %v", name, err)
		}
		for _, kv := range [][]string{
			{"keyhole-principal", token},
			{"keyhole-visitor", "guest-1"},
			{"keyhole-principal", token, "authorization", "Bearer kh_demo"},
		} {
			_, err := client.GetModel(as(t.Context(), kv...), demoModel)
			want(t, name+" with "+kv[0], err, codes.Unauthenticated, errorsv1.Reason_REASON_UNAUTHENTICATED)
		}
		if reply, err := healthpb.NewHealthClient(conn).Check(t.Context(), &healthpb.HealthCheckRequest{}); err != nil || reply.GetStatus() != healthpb.HealthCheckResponse_SERVING {
			t.Errorf("%s: health: %v, %v", name, reply, err)
		}
	}
}

func TestPeersOnThePublicEndpointOverTLS(t *testing.T) {
	t.Parallel()
	w := newHarness(t)
	conn := dialTLS(t, w.tcp(t, rpc.ServerConfig{Endpoint: rpc.Public}), testkit.Identity(t, w.authority, "gateway"), "registry")
	ctx := caller.With(t.Context(), caller.Principal{Assertion: w.assert(t, "vault", keys["kh_demo"], time.Minute)})
	if _, err := registryv1.NewRegistryServiceClient(conn).GetModel(ctx, demoModel); err != nil {
		t.Error(err)
	}
}

func TestPlaintextIsRefusedOffLoopback(t *testing.T) {
	t.Parallel()
	if _, err := rpc.NewServer(rpc.ServerConfig{Endpoint: rpc.Internal, Plaintext: true, Logger: silence(t)}); err == nil {
		t.Error("an internal endpoint in plaintext")
	}
	for name, cfg := range map[string]rpc.ServerConfig{
		"plaintext for all": {Endpoint: rpc.Public, Plaintext: true, Logger: silence(t)},
		"no identity":       {Endpoint: rpc.Public, Logger: silence(t)},
	} {
		s, err := rpc.NewServer(cfg)
		if err != nil {
			t.Fatal(err)
		}
		l := listen(t, "0.0.0.0:0")
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		if err := s.Serve(ctx, l); err == nil || ctx.Err() != nil {
			t.Errorf("%s: served on %v", name, l.Addr())
		}
		cancel()
		if _, err := l.Accept(); err == nil {
			t.Errorf("%s: the listener is still open", name)
		}
	}
	if _, err := rpc.Dial("127.0.0.1:1", rpc.ClientConfig{}); err == nil {
		t.Error("dialled without an identity")
	}
}

// On a pipe whose connections break, calls without effects are retried, and no others.
func TestRetries(t *testing.T) {
	t.Parallel()
	w := newHarness(t)
	conn := dial(t, w.public, "")
	client, ctx := registryv1.NewRegistryServiceClient(conn), bearer(t.Context(), "kh_demo")
	failures := func(n int32, err error) *atomic.Int32 {
		var calls atomic.Int32
		w.set(func(context.Context) error {
			if calls.Add(1) <= n {
				return err
			}
			return nil
		})
		return &calls
	}
	unavailable := errs.Unavailable("try again")
	calls := failures(2, unavailable)
	if _, err := client.GetModel(ctx, demoModel); err != nil || calls.Load() != 3 {
		t.Errorf("reading: %v after %d calls", err, calls.Load())
	}
	calls = failures(100, unavailable)
	if _, err := client.GetModel(ctx, demoModel); status.Code(err) != codes.Unavailable || calls.Load() != 4 {
		t.Errorf("reading without end: %v after %d calls", err, calls.Load())
	}
	calls = failures(1, unavailable)
	if _, err := client.DeleteModel(ctx, &registryv1.DeleteModelRequest{Name: demoModel.GetName()}); status.Code(err) != codes.Unavailable || calls.Load() != 1 {
		t.Errorf("writing: %v after %d calls", err, calls.Load())
	}
	calls = failures(1, errs.Internal("x"))
	if _, err := client.GetModel(ctx, demoModel); status.Code(err) != codes.Internal || calls.Load() != 1 {
		t.Errorf("another failure: %v after %d calls", err, calls.Load())
	}
}

func TestPipeCarriesMuchAtOnce(t *testing.T) {
	t.Parallel()
	w := newHarness(t)
	client := w.models(t, "")
	big := strings.Repeat("x", 5<<20)
	errsOf := make(chan error, 16)
	for range cap(errsOf) {
		go func() {
			reply, err := client.UpdateModel(bearer(t.Context(), "kh_demo"), &registryv1.UpdateModelRequest{
				Model: &registryv1.Model{Name: demoModel.GetName(), Title: big},
			})
			if status.Code(err) == codes.InvalidArgument { // too long for the contract, but it arrived
				err = nil
			} else if err == nil && reply.GetTitle() != big {
				t.Error("it came back changed")
			}
			errsOf <- err
		}()
	}
	for range cap(errsOf) {
		if err := <-errsOf; err != nil {
			t.Error(err)
		}
	}
}

func BenchmarkUnary(b *testing.B) {
	w := newHarness(b, func(c *rpc.ServerConfig) { c.Logger = testkit.Silence() })
	id := testkit.Identity(b, w.authority, "gateway")
	token := w.assert(b, "vault", keys["kh_demo"], time.Hour)
	for name, conn := range map[string]*grpc.ClientConn{
		"pipe": dial(b, w.public, "gateway"),
		"tls":  dialTLS(b, w.tcp(b, rpc.ServerConfig{Endpoint: rpc.Public}), id, "registry"),
	} {
		client := registryv1.NewRegistryServiceClient(conn)
		ctx := caller.With(context.Background(), caller.Principal{Assertion: token})
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetParallelism(8)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := client.GetModel(ctx, demoModel); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}

// BenchmarkBare measures plain grpc over the same pipe. BenchmarkUnary adds our part.
func BenchmarkBare(b *testing.B) {
	s := grpc.NewServer()
	registryv1.RegisterRegistryServiceServer(s, &bare{})
	p := rpc.NewPipe()
	go func() { _ = s.Serve(p.Listener()) }()
	defer s.Stop()
	conn, err := grpc.NewClient("passthrough:///pipe", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return p.As("")(ctx) }))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	client := registryv1.NewRegistryServiceClient(conn)
	b.ReportAllocs()
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := client.GetModel(context.Background(), demoModel); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

type bare struct {
	registryv1.UnimplementedRegistryServiceServer
}

func (*bare) GetModel(_ context.Context, req *registryv1.GetModelRequest) (*registryv1.Model, error) {
	return &registryv1.Model{Name: req.GetName()}, nil
}
