package gateway

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"

	"github.com/keyhole-dev/keyhole/gateway/admission"
	"github.com/keyhole-dev/keyhole/gateway/api"
	"github.com/keyhole-dev/keyhole/gateway/auth"
	"github.com/keyhole-dev/keyhole/gateway/intake"
	"github.com/keyhole-dev/keyhole/gateway/mcp"
	"github.com/keyhole-dev/keyhole/gateway/middleware"
	"github.com/keyhole-dev/keyhole/gateway/outgo"
	"github.com/keyhole-dev/keyhole/gateway/pages"
	"github.com/keyhole-dev/keyhole/gateway/roboflow"
	"github.com/keyhole-dev/keyhole/gateway/signin"
	"github.com/keyhole-dev/keyhole/gateway/web"
	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	runnerinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runnerinternal/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// Config has the settings of an operator.
type Config struct {
	// MaxBody bounds a JSON body in bytes; 0 means 32 MiB. The services have the same
	// limit.
	MaxBody int64
	// Bodies is the memory of all request bodies, in bytes; 0 means 1 GiB. One
	// workspace has at most half of it, one key or address at most three eighths.
	Bodies int64
	// Connections is how many connections one address has open, and how many requests
	// in hand; 0 means 1024.
	Connections int
	// MaxArtifact bounds an uploaded model in bytes; 0 means 2 GiB.
	MaxArtifact int64
	// Timeout bounds every request except uploads; 0 means 10 minutes. A client may ask
	// for less with the header Grpc-Timeout, never for more.
	Timeout time.Duration
	// TrustedProxies are the networks (CIDR) whose X-Forwarded-For is believed.
	TrustedProxies []string
	// AllowOrigins are the origins that browsers may call from; empty means all,
	// which is safe: a cookie counts for pages of this installation only.
	AllowOrigins []string
	// VisitorKey makes a guest's pseudonym from its address. Replicas must share it;
	// empty means a random key at each start.
	VisitorKey secret.Secret
	// PublicURL is where visitors reach the installation, for link previews and for the
	// origin of its own pages; empty means the address of each request in previews.
	PublicURL string
	// HSTS is how long a browser that came over HTTPS uses only HTTPS (Strict-Transport-Security);
	// 0 means that it is not asked to.
	HSTS time.Duration
}

// Deps are the connections and the telemetry of the gateway.
type Deps struct {
	// The public endpoints of the services.
	Sharing, Vault, Registry, Runner grpc.ClientConnInterface
	// VaultInternal authenticates keys. RunnerInternal runs workflows in raw JSON.
	VaultInternal, RunnerInternal grpc.ClientConnInterface
	// Verifier checks the vault's assertions.
	Verifier *identity.Verifier
	Logger   *slog.Logger
	Tracer   trace.TracerProvider
	Meter    metric.MeterProvider
	// Ready returns an error while a service is unreachable; nil means always ready.
	Ready func(context.Context) error
}

// Gateway serves everything over HTTP.
type Gateway struct {
	api      *api.Handler
	views    http.Handler // the api, for views of links: pictures make them large
	pages    *pages.Handlers
	roboflow *roboflow.Handler
	signin   *signin.Handler
	mcp      *mcp.Handler
	callers  *auth.Auth
	ready    func(context.Context) error
	handler  http.Handler
}

// New builds the gateway. It dials nothing and starts nothing.
func New(ctx context.Context, cfg Config, deps Deps) (*Gateway, error) {
	cfg.setDefaults()
	bodies := &intake.Reader{Memory: intake.NewMemory(cfg.Bodies), Max: cfg.MaxBody, Pace: intake.UsualPace}
	return build(ctx, cfg, deps, bodies, web.Dist)
}

// EndStreams ends the streams of open pages. A stopping server calls it.
func (g *Gateway) EndStreams() { g.pages.EndWatches() }

// build wires the gateway with a reader of bodies and a built web app.
func build(ctx context.Context, cfg Config, deps Deps, bodies *intake.Reader, app fs.FS) (*Gateway, error) {
	callers, err := auth.New(auth.Config{
		Authenticate:        rpc.Authenticator(deps.VaultInternal, deps.Verifier),
		AuthenticateSession: rpc.SessionAuthenticator(deps.VaultInternal, deps.Verifier), PublicURL: cfg.PublicURL,
		TrustedProxies: cfg.TrustedProxies, VisitorKey: cfg.VisitorKey,
	})
	if err != nil {
		return nil, err
	}
	sharing := sharingv1.NewSharingServiceClient(deps.Sharing)
	gate := admission.New(callers, sharing, cfg.PublicURL)
	g := &Gateway{ready: deps.Ready, callers: callers, roboflow: &roboflow.Handler{
		Callers: callers, Bodies: bodies, Timeout: cfg.Timeout,
		Services: roboflow.Services{
			Gate: gate, Runner: runnerinternalv1.NewRunnerInternalServiceClient(deps.RunnerInternal),
			Sharing: sharing, Registry: registryv1.NewRegistryServiceClient(deps.Registry), Vault: vaultv1.NewVaultServiceClient(deps.Vault),
		},
	}}
	g.mcp = mcp.New(mcp.Config{
		Callers: callers, Gate: gate, Bodies: bodies, Sharing: sharing, Runner: runnerv1.NewRunnerServiceClient(deps.Runner), Timeout: cfg.Timeout,
	})
	g.signin = &signin.Handler{
		Callers: callers, Bodies: bodies, Vault: vaultv1.NewVaultServiceClient(deps.Vault), Sharing: sharing,
		Internal: vaultinternalv1.NewVaultInternalServiceClient(deps.VaultInternal),
	}
	if g.api, err = api.New(ctx, api.Config{
		Clients: api.Clients{Vault: deps.Vault, Sharing: deps.Sharing, Registry: deps.Registry, Runner: deps.Runner},
		Callers: callers, Gate: gate, Bodies: bodies, MaxArtifact: cfg.MaxArtifact, Timeout: cfg.Timeout,
	}); err != nil {
		return nil, err
	}
	g.views = middleware.Compressed(g.api)
	if g.pages, err = pages.New(pages.Config{
		Callers: callers, Sharing: sharing, App: app, MaxBody: cfg.MaxBody, PublicURL: cfg.PublicURL,
	}); err != nil {
		return nil, err
	}
	limiter := outgo.New(outgo.Limits{Answers: cfg.Bodies / 2, Requests: cfg.Connections}, callers.Address)
	g.handler, err = middleware.Chain(limiter.Bound(http.HandlerFunc(g.dispatch)), middleware.Options{
		AllowOrigins: cfg.AllowOrigins, HSTS: cfg.HSTS, PublicHTTPS: callers.PublicHTTPS, Logger: deps.Logger, Tracer: deps.Tracer, Meter: deps.Meter,
	})
	if err != nil {
		return nil, err
	}
	return g, nil
}

func (c *Config) setDefaults() {
	if c.MaxBody == 0 {
		c.MaxBody = 32 << 20
	}
	if c.Bodies == 0 {
		c.Bodies = 1 << 30
	}
	if c.Connections == 0 {
		c.Connections = 1024
	}
	if c.MaxArtifact == 0 {
		c.MaxArtifact = 2 << 30
	}
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Minute
	}
}

// ServeHTTP implements http.Handler.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.handler.ServeHTTP(w, r) }
