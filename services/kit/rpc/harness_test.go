package rpc_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"

	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// registry is a service with the real contract. The test sets what GetModel does, and
// registry records the caller.
type registry struct {
	registryv1.UnimplementedRegistryServiceServer
	registryinternalv1.UnimplementedRegistryInternalServiceServer
	vaultv1.UnimplementedVaultServiceServer

	mu   sync.Mutex
	do   func(context.Context) error
	seen []context.Context
}

func (r *registry) call(ctx context.Context) error {
	r.mu.Lock()
	r.seen = append(r.seen, ctx)
	do := r.do
	r.mu.Unlock()
	if do == nil {
		return nil
	}
	return do(ctx)
}

func (r *registry) set(do func(context.Context) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.do = do
}

func (r *registry) calls() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.seen)
}

// last is the context of the last call.
func (r *registry) last(t *testing.T) context.Context {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.seen) == 0 {
		t.Fatal("the handler was not called")
	}
	return r.seen[len(r.seen)-1]
}

func (r *registry) GetModel(ctx context.Context, req *registryv1.GetModelRequest) (*registryv1.Model, error) {
	return &registryv1.Model{Name: req.GetName()}, r.call(ctx)
}

func (r *registry) UpdateModel(ctx context.Context, req *registryv1.UpdateModelRequest) (*registryv1.Model, error) {
	return req.GetModel(), r.call(ctx)
}

func (r *registry) DeleteModel(ctx context.Context, _ *registryv1.DeleteModelRequest) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, r.call(ctx)
}

func (r *registry) UploadArtifact(s grpc.ClientStreamingServer[registryv1.UploadArtifactRequest, registryv1.ModelVersion]) error {
	for {
		if _, err := s.Recv(); err != nil {
			if callErr := r.call(s.Context()); callErr != nil {
				return callErr
			}
			if err.Error() == "EOF" {
				return s.SendAndClose(&registryv1.ModelVersion{})
			}
			return err
		}
	}
}

func (r *registry) GetRunModel(ctx context.Context, _ *registryinternalv1.GetRunModelRequest) (*registryinternalv1.RunModel, error) {
	return &registryinternalv1.RunModel{}, r.call(ctx)
}

func (r *registry) DownloadRunModel(_ *registryinternalv1.DownloadRunModelRequest, s grpc.ServerStreamingServer[registryinternalv1.DownloadRunModelResponse]) error {
	if err := r.call(s.Context()); err != nil {
		return err
	}
	return s.Send(&registryinternalv1.DownloadRunModelResponse{Chunk: make([]byte, 100)})
}

func (r *registry) Whoami(ctx context.Context, _ *vaultv1.WhoamiRequest) (*vaultv1.WhoamiResponse, error) {
	return &vaultv1.WhoamiResponse{}, r.call(ctx)
}

func (r *registry) ListWorkspaces(ctx context.Context, _ *vaultv1.ListWorkspacesRequest) (*vaultv1.ListWorkspacesResponse, error) {
	return &vaultv1.ListWorkspacesResponse{}, r.call(ctx)
}

func (r *registry) GetWorkspace(ctx context.Context, _ *vaultv1.GetWorkspaceRequest) (*vaultv1.Workspace, error) {
	return &vaultv1.Workspace{}, r.call(ctx)
}

// log returns the server's log.
type log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// harness is a registry with both endpoints, and its callers.
type harness struct {
	*registry
	authority *identity.Authority
	self      *identity.Identity
	public    *rpc.Pipe
	internal  *rpc.Pipe
	log       *log
}

// keys are the keys that authenticate knows.
var keys = map[string]caller.Principal{
	"kh_demo":  {Kind: caller.Member, Workspace: "demo", Key: "workspaces/demo/keys/k1", Visitor: "workspaces/demo/keys/k1"},
	"kh_other": {Kind: caller.Member, Workspace: "other", Key: "workspaces/other/keys/k1"},
	"kho_op":   {Kind: caller.Operator, Workspace: "operator", Key: "workspaces/operator/keys/o1"},
	"broken":   {},
}

func authenticate(_ context.Context, key secret.Secret) (caller.Principal, error) {
	p, ok := keys[string(key.Expose())]
	if !ok {
		return p, errs.Unauthenticated("no such key")
	}
	return p, nil
}

func newHarness(t testing.TB, change ...func(*rpc.ServerConfig)) *harness {
	t.Helper()
	w := &harness{registry: &registry{}, authority: testkit.Authority(t), public: rpc.NewPipe(), internal: rpc.NewPipe(), log: &log{}}
	w.self = testkit.Identity(t, w.authority, "registry")
	for endpoint, pipe := range map[rpc.Endpoint]*rpc.Pipe{rpc.Public: w.public, rpc.Internal: w.internal} {
		cfg := rpc.ServerConfig{
			Endpoint: endpoint, Identity: w.self, Authenticate: authenticate, StopTimeout: time.Second,
			Logger: slog.New(slog.NewJSONHandler(w.log, nil)),
		}
		for _, c := range change {
			c(&cfg)
		}
		w.serve(t, cfg, pipe.Listener())
	}
	return w
}

// serve runs a server on a listener until the test ends.
func (w *harness) serve(t testing.TB, cfg rpc.ServerConfig, lis net.Listener) {
	t.Helper()
	s, err := rpc.NewServer(cfg)
	if err != nil {
		t.Fatal(err)
	}
	w.register(s, cfg.Endpoint)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, lis) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
}

func (w *harness) register(s *rpc.Server, endpoint rpc.Endpoint) {
	if endpoint == rpc.Internal {
		registryinternalv1.RegisterRegistryInternalServiceServer(s, w.registry)
		return
	}
	registryv1.RegisterRegistryServiceServer(s, w.registry)
	vaultv1.RegisterVaultServiceServer(s, w.registry)
}

// dial connects by pipe as a peer, "" for a stranger.
func dial(t testing.TB, p *rpc.Pipe, as string) *grpc.ClientConn {
	t.Helper()
	conn, err := rpc.Dial("pipe", rpc.ClientConfig{Pipe: p.As(as)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func (w *harness) models(t testing.TB, as string) registryv1.RegistryServiceClient {
	t.Helper()
	return registryv1.NewRegistryServiceClient(dial(t, w.public, as))
}

func (w *harness) runModels(t testing.TB, as string) registryinternalv1.RegistryInternalServiceClient {
	t.Helper()
	return registryinternalv1.NewRegistryInternalServiceClient(dial(t, w.internal, as))
}

func (w *harness) vault(t testing.TB, as string) vaultv1.VaultServiceClient {
	t.Helper()
	return vaultv1.NewVaultServiceClient(dial(t, w.public, as))
}

// assert returns an assertion of the vault.
func (w *harness) assert(t testing.TB, service string, p caller.Principal, ttl time.Duration) string {
	t.Helper()
	token, err := rpc.NewAssertion(p, time.Now(), ttl).Sign(testkit.Identity(t, w.authority, service))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

var (
	demoModel  = &registryv1.GetModelRequest{Name: "workspaces/demo/models/m"}
	errSecrets = errors.New("select key=hunter2")
)
