package gateway

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"

	"github.com/keyhole-dev/keyhole/gateway/auth"
	"github.com/keyhole-dev/keyhole/gateway/intake"
	"github.com/keyhole-dev/keyhole/gateway/outgo"
	"github.com/keyhole-dev/keyhole/gateway/preview"
	"github.com/keyhole-dev/keyhole/gateway/web"
	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	runnerinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runnerinternal/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// Config is what an operator sets.
type Config struct {
	// MaxBody bounds a JSON body in bytes; 0 means 32 MiB. Every hop behind has
	// the same limit.
	MaxBody int64
	// Bodies is the memory of all request bodies, in bytes; 0 means 1 GiB. One
	// workspace has at most half of it, one key or address at most three eighths.
	Bodies int64
	// Connections is how many connections one address has open, and how many requests
	// in hand; 0 means 1024.
	Connections int
	// MaxArtifact bounds an uploaded model in bytes; 0 means 2 GiB.
	MaxArtifact int64
	// Timeout bounds every request but uploads; 0 means 10 minutes. A client may
	// ask for less with the grpc-timeout header, never for more.
	Timeout time.Duration
	// TrustedProxies are the networks (CIDR) whose X-Forwarded-For is believed.
	TrustedProxies []string
	// AllowOrigins are the origins that browsers may call from; empty means all,
	// which is safe: no cookie is ever used.
	AllowOrigins []string
	// VisitorKey makes a guest's pseudonym from its address. Replicas share it;
	// empty means one that is made at start.
	VisitorKey secret.Secret
	// PublicURL is where visitors reach it, for link previews; empty means the
	// address that a page was asked for at.
	PublicURL string
}

// Deps is what the gateway talks to.
type Deps struct {
	// Public faces, by service.
	Sharing, Vault, Registry, Runner grpc.ClientConnInterface
	// VaultInternal says whose key it is, RunnerInternal runs in raw JSON.
	VaultInternal, RunnerInternal grpc.ClientConnInterface
	// Verifier checks what the vault says of a key.
	Verifier *identity.Verifier
	Logger   *slog.Logger
	Tracer   trace.TracerProvider
	Meter    metric.MeterProvider
	// Ready says whether the services behind can be reached.
	Ready func(context.Context) error
}

// Gateway is an http.Handler.
type Gateway struct {
	cfg       Config
	api       http.Handler
	bodies    *intake.Reader
	shares    *outgo.Shares
	targets   *targets
	auth      *auth.Auth
	registry  registryv1.RegistryServiceClient
	runner    runnerinternalv1.RunnerInternalServiceClient
	sharing   sharingv1.SharingServiceClient
	assets    *assets
	previews  *preview.Previews
	ready     func(context.Context) error
	log       *slog.Logger
	handler   http.Handler
	durations *durations
}

// New builds the gateway. It dials nothing and starts nothing.
func New(ctx context.Context, cfg Config, deps Deps) (*Gateway, error) {
	cfg.setDefaults()
	bodies := &intake.Reader{Memory: intake.NewMemory(cfg.Bodies), Max: cfg.MaxBody, Pace: intake.UsualPace}
	return build(ctx, cfg, deps, bodies, web.Dist)
}

// build wires the gateway with a reader of bodies and a built web app.
func build(ctx context.Context, cfg Config, deps Deps, bodies *intake.Reader, app fs.FS) (*Gateway, error) {
	callers, err := auth.New(auth.Config{
		Authenticate:   rpc.Authenticator(deps.VaultInternal, deps.Verifier),
		TrustedProxies: cfg.TrustedProxies, VisitorKey: cfg.VisitorKey,
	})
	if err != nil {
		return nil, err
	}
	api, err := newAPI(ctx, deps)
	if err != nil {
		return nil, err
	}
	files, err := openAssets(app)
	if err != nil {
		return nil, fmt.Errorf("open web app: %w", err)
	}
	previews, err := preview.New()
	if err != nil {
		return nil, fmt.Errorf("open previews: %w", err)
	}
	g := &Gateway{
		cfg: cfg, api: api, auth: callers,
		bodies:   bodies,
		shares:   outgo.New(outgo.Limits{Answers: cfg.Bodies / 2, Requests: cfg.Connections}, callers.Address),
		registry: registryv1.NewRegistryServiceClient(deps.Registry),
		runner:   runnerinternalv1.NewRunnerInternalServiceClient(deps.RunnerInternal),
		sharing:  sharingv1.NewSharingServiceClient(deps.Sharing),
		assets:   files, previews: previews,
		ready: deps.Ready, log: deps.Logger,
	}
	g.targets = newTargets(g.sharing)
	if g.durations, err = newDurations(deps); err != nil {
		return nil, err
	}
	g.handler = g.chain(deps)
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

// ServeHTTP serves everything.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.handler.ServeHTTP(w, r) }

// chain is outermost first: what a request passes on its way in. The telemetry
// sees a request without its path and query, because both can hold a secret.
func (g *Gateway) chain(deps Deps) http.Handler {
	h := g.shares.Bound(http.HandlerFunc(g.dispatch))
	h = g.withCORS(h)
	h = withSecurityHeaders(h)
	h = g.withLog(h)
	h = withRequestID(h)
	if deps.Tracer == nil {
		return cleaned(h)
	}
	return scrubbed(func(seen http.Handler) http.Handler {
		return otelhttp.NewHandler(seen, "gateway", telemetryOptions(deps)...)
	}, h)
}

func telemetryOptions(deps Deps) []otelhttp.Option {
	opts := []otelhttp.Option{otelhttp.WithSpanNameFormatter(func(_ string, r *http.Request) string {
		return r.Method + " " + r.URL.Path // scrubbed: the route
	})}
	if deps.Tracer != nil {
		opts = append(opts, otelhttp.WithTracerProvider(deps.Tracer))
	}
	if deps.Meter != nil {
		opts = append(opts, otelhttp.WithMeterProvider(deps.Meter))
	}
	return opts
}
