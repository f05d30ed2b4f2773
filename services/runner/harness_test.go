package runner_test

import (
	"context"
	"encoding/json"
	"net"
	"testing"
	"time"

	"google.golang.org/grpc"

	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	runnerinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runnerinternal/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/runner"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// harness is a runner among its peers, each behind the same listeners as in production.
type harness struct {
	sharing  *sharingPeer
	vault    *vaultPeer
	registry *registryPeer
	service  *runner.Service

	public   runnerv1.RunnerServiceClient
	internal runnerinternalv1.RunnerInternalServiceClient
	stop     context.CancelFunc
	stopped  chan struct{}
	vaultID  *identity.Identity
}

func newHarness(t testing.TB, cfg runner.Config) *harness {
	t.Helper()
	return newHarnessOf(t, cfg, nil)
}

// newHarnessOf replaces some blocks.
func newHarnessOf(t testing.TB, cfg runner.Config, replace engine.Registry) *harness {
	t.Helper()
	workers, err := modelworker.New(modelworker.Config{Worker: "/nonexistent/keyhole-model-worker"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(workers.Close)
	return newHarnessWith(t, cfg, workers, replace)
}

// newHarnessWith has workers that run models.
func newHarnessWith(t testing.TB, cfg runner.Config, workers *modelworker.Pool, replace engine.Registry) *harness {
	t.Helper()
	authority := testkit.Authority(t)
	sharingID := testkit.Identity(t, authority, "sharing")
	verifier := testkit.Identity(t, authority, "runner").Verifier()
	w := &harness{vaultID: testkit.Identity(t, authority, "vault"), stopped: make(chan struct{})}
	w.sharing = &sharingPeer{runTime: time.Minute, told: make(chan struct{}, 1), sign: func(c grant.Claims) string {
		token, err := grant.Sign(sharingID, c)
		if err != nil {
			t.Errorf("sign grant: %v", err)
		}
		return token
	}}
	w.vault = &vaultPeer{
		stored: map[string]string{}, brought: map[string]string{}, handles: map[string]*handle{},
		claims: func(token string) (*grant.Claims, error) { return grant.Verify(verifier, token, "runner", time.Now()) },
	}
	w.registry = &registryPeer{artifacts: map[string][]byte{}}
	sharing := w.peer(t, authority, "sharing", func(r grpc.ServiceRegistrar) {
		sharinginternalv1.RegisterSharingInternalServiceServer(r, w.sharing)
	})
	vault := w.peer(t, authority, "vault", func(r grpc.ServiceRegistrar) {
		vaultinternalv1.RegisterVaultInternalServiceServer(r, w.vault)
	})
	registry := w.peer(t, authority, "registry", func(r grpc.ServiceRegistrar) {
		registryinternalv1.RegisterRegistryInternalServiceServer(r, w.registry)
	})
	if cfg.ModelDir == "" {
		cfg.ModelDir = t.TempDir()
	}
	var err error
	w.service, err = runner.NewWith(cfg, runner.Deps{
		Sharing:  sharinginternalv1.NewSharingInternalServiceClient(sharing),
		Vault:    vaultinternalv1.NewVaultInternalServiceClient(vault),
		Registry: registryinternalv1.NewRegistryInternalServiceClient(registry),
		Workers:  workers, Logger: testkit.Silence(),
	}, replace)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.service.Bootstrap(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.service.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	t.Cleanup(w.service.Close)
	ctx, stop := context.WithCancel(context.Background())
	w.stop = stop
	go func() {
		defer close(w.stopped)
		if err := w.service.Run(ctx); err != nil {
			t.Errorf("run: %v", err)
		}
	}()
	t.Cleanup(func() { stop(); <-w.stopped })
	w.public = runnerv1.NewRunnerServiceClient(serve(t, authority, "runner", rpc.Public, w.service.RegisterPublic, "gateway"))
	w.internal = runnerinternalv1.NewRunnerInternalServiceClient(serve(t, authority, "runner", rpc.Internal, w.service.RegisterInternal, "gateway"))
	return w
}

func (w *harness) peer(t testing.TB, a *identity.Authority, name string, register func(grpc.ServiceRegistrar)) *grpc.ClientConn {
	t.Helper()
	return serve(t, a, name, rpc.Internal, register, "runner")
}

// serve serves one endpoint of a service on a pipe and connects to it as a peer.
func serve(t testing.TB, a *identity.Authority, name string, endpoint rpc.Endpoint, register func(grpc.ServiceRegistrar), as string) *grpc.ClientConn {
	t.Helper()
	server, err := rpc.NewServer(rpc.ServerConfig{
		Endpoint: endpoint, Identity: testkit.Identity(t, a, name), Logger: testkit.Silence(), StopTimeout: time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	register(server)
	pipe := rpc.NewPipe()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func(lis net.Listener) { ended <- server.Serve(ctx, lis) }(pipe.Listener())
	conn, err := rpc.Dial(name, rpc.ClientConfig{Pipe: pipe.As(as)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = conn.Close()
		stop()
		if err := <-ended; err != nil {
			t.Errorf("serve %s: %v", name, err)
		}
	})
	return conn
}

// guest returns the context of a visitor without a key.
func guest(ctx context.Context) context.Context {
	return caller.With(ctx, caller.Principal{Kind: caller.Guest, Workspace: "operator", Visitor: "guest-1"})
}

// member returns the context of a member of a workspace.
func (w *harness) member(t testing.TB, workspace string) context.Context {
	t.Helper()
	p := caller.Principal{Kind: caller.Member, Workspace: workspace, Key: "workspaces/" + workspace + "/keys/k"}
	assertion, err := rpc.NewAssertion(p, time.Now(), time.Minute).Sign(w.vaultID)
	if err != nil {
		t.Fatal(err)
	}
	p.Assertion = assertion
	return caller.With(t.Context(), p)
}

func inputs(t testing.TB, v map[string]any) []byte {
	t.Helper()
	return mustJSON(t, v)
}

// outputs returns the outputs of a run, an object for each element.
func outputs(t testing.TB, got *runnerv1.RunResponse) []map[string]any {
	t.Helper()
	var out []map[string]any
	if err := json.Unmarshal(got.GetOutputs(), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// output returns a text of the first element.
func output(t testing.TB, got *runnerv1.RunResponse, name string) string {
	t.Helper()
	text, _ := outputs(t, got)[0][name].(string)
	return text
}

// shared runs through a link as a guest.
func (w *harness) shared(t testing.TB, in map[string]any) (*runnerv1.RunResponse, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(guest(t.Context()), 30*time.Second)
	defer cancel()
	return w.public.RunSharedWorkflow(ctx, &runnerv1.RunSharedWorkflowRequest{Token: "tok", Inputs: inputs(t, in)})
}

// asking is a definition with one step that calls a provider.
func asking(t testing.TB, baseURL string) []byte {
	t.Helper()
	return mustJSON(t, map[string]any{
		"version": "1.0",
		"inputs":  []any{map[string]any{"type": "WorkflowParameter", "name": "question", "default_value": "what is it?"}},
		"steps": []any{map[string]any{
			"type": "roboflow_core/openai_compatible@v1", "name": "llm", "base_url": baseURL, "model_name": "m",
			"prompt": "$inputs.question", "api_key": "$credentials.llm",
		}},
		"outputs": []any{
			map[string]any{"type": "JsonField", "name": "answer", "selector": "$steps.llm.output"},
			map[string]any{"type": "JsonField", "name": "error", "selector": "$steps.llm.error_status"},
			map[string]any{"type": "JsonField", "name": "echo", "selector": "$inputs.question"},
		},
	})
}

// plain is a definition without models and credentials.
func plain(t testing.TB) []byte {
	t.Helper()
	return mustJSON(t, map[string]any{
		"version": "1.0",
		"inputs":  []any{map[string]any{"type": "WorkflowParameter", "name": "who"}},
		"steps": []any{map[string]any{
			"type": "roboflow_core/string_template@v1", "name": "greet", "template": "hello { who }",
			"data": map[string]any{"who": "$inputs.who"},
		}},
		"outputs": []any{map[string]any{"type": "JsonField", "name": "text", "selector": "$steps.greet.output"}},
	})
}
