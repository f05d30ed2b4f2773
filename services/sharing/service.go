package sharing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/keyhole-dev/keyhole/services/sharing/gate"
	"github.com/keyhole-dev/keyhole/services/sharing/ledger"
	"github.com/keyhole-dev/keyhole/services/sharing/peers"
	"github.com/keyhole-dev/keyhole/services/sharing/policy"
	"github.com/keyhole-dev/keyhole/services/sharing/reports"
	"github.com/keyhole-dev/keyhole/services/sharing/runs"
	"github.com/keyhole-dev/keyhole/services/sharing/settings"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
	"github.com/keyhole-dev/keyhole/services/sharing/titles"
	"github.com/keyhole-dev/keyhole/services/sharing/usage"
	"github.com/keyhole-dev/keyhole/services/sharing/visitor"
	"github.com/keyhole-dev/keyhole/services/sharing/workflows"

	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/redisx"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/budget"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/link"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// Config is what an operator sets. The zero value works, except LinkKey.
type Config struct {
	// LinkKey makes the tokens of links and of pages: 32 bytes or more. All replicas share
	// it. Losing it breaks every existing link.
	LinkKey secret.Secret
	// PublicURL is the address of the installation for visitors, such as
	// "https://keyhole.example". Without it shares have no URI.
	PublicURL string
	// GuestRuns is how many runs per day one visitor without a key may charge to the guest
	// key; 0 means 50, and a negative number means no limit.
	GuestRuns int64
	// GuestPictures is how many pictures per day those runs may have; 0 means ten for each
	// run.
	GuestPictures int64
	// PreviewCalls is how many calls with hidden credentials each step of a run through a
	// link may make; 0 means 20.
	PreviewCalls int32
	// RunTimeout is the longest a run may take; 0 means 5 minutes.
	RunTimeout time.Duration
	// Lease is how long a run lives without being renewed; 0 means 15 s.
	Lease time.Duration
	// SweepEvery is the interval of the search for abandoned runs; 0 means 1 s.
	SweepEvery time.Duration
}

func (c Config) withDefaults() Config {
	orDefault(&c.GuestRuns, 50)
	orDefault(&c.PreviewCalls, 20)
	orDefault(&c.RunTimeout, 5*time.Minute)
	orDefault(&c.Lease, 15*time.Second)
	orDefault(&c.SweepEvery, time.Second)
	return c
}

func orDefault[T comparable](field *T, v T) {
	var zero T
	if *field == zero {
		*field = v
	}
}

// guest is what one visitor without a key may use in a day.
func (c Config) guest() meter.Count { return budget.LimitOf(c.GuestRuns, c.GuestPictures) }

// Deps are all required, except Now.
type Deps struct {
	// DB was opened with migrations.Files.
	DB       *sqldb.DB
	Redis    *redisx.Client
	Vault    vaultinternalv1.VaultInternalServiceClient
	Registry registryinternalv1.RegistryInternalServiceClient
	// Identity signs run grants.
	Identity *identity.Identity
	Logger   *slog.Logger
	// Now is time.Now if it is nil.
	Now func() time.Time
}

func (d Deps) check() error {
	if d.DB == nil || d.Redis == nil || d.Vault == nil || d.Registry == nil || d.Identity == nil || d.Logger == nil {
		return errors.New("sharing: DB, Redis, Vault, Registry, Identity and Logger are required")
	}
	return nil
}

// Service is the sharing service.
type Service struct {
	cfg    Config
	db     *sqldb.DB
	redis  *redisx.Client
	meter  *meter.Meter
	grants *shares.Grants
	runs   *runs.Runs
	log    *slog.Logger

	public   public
	internal internal
}

// New checks and wires. It starts nothing and writes nothing.
func New(cfg Config, deps Deps) (*Service, error) {
	if err := deps.check(); err != nil {
		return nil, err
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	cfg = cfg.withDefaults()
	if cfg.PreviewCalls < 0 {
		return nil, errors.New("sharing: PreviewCalls must not be negative")
	}
	links, err := link.New(cfg.LinkKey, cfg.PublicURL)
	if err != nil {
		return nil, fmt.Errorf("sharing: %w", err)
	}
	pages, err := page.New(cfg.LinkKey)
	if err != nil {
		return nil, fmt.Errorf("sharing: %w", err)
	}
	return wire(cfg, deps, links, pages), nil
}

// wire makes the parts, leaves first, and the endpoints of them.
func wire(cfg Config, deps Deps, links link.Key, pages *page.Tokens) *Service {
	catalogue := manifest.Core()
	var (
		definitions = definition.NewCache(catalogue)
		asked       = peers.New(deps.Vault, deps.Registry, deps.Now)
		runRows     = ledger.NewStore(deps.DB)
		flowRows    = workflows.NewStore(deps.DB)
		shareRows   = shares.NewStore(deps.DB)
		counters    = meter.New(deps.Redis, runRows, deps.Now)
		gates       = gate.NewKeeper(links, deps.Now)
		named       = titles.NewFinder(deps.DB, asked)
	)
	resolver := shares.NewResolver(shares.ResolverDeps{
		Shares: shareRows, Workflows: flowRows, Definitions: definitions, Peers: asked, Links: links, Gates: gates, Now: deps.Now,
	})
	grants := shares.NewGrants(shares.GrantsDeps{
		Shares: shareRows, Workflows: flowRows, Resolver: resolver, Peers: asked, Vault: deps.Vault, Log: deps.Logger, Now: deps.Now,
	})
	flows := workflows.New(workflows.Deps{
		Store: flowRows, Definitions: definitions, Peers: asked, Vault: deps.Vault, Pages: pages, Log: deps.Logger, Now: deps.Now,
		Dependents: grants,
	})
	decider := policy.New(policy.Deps{
		Workflows: flowRows, Resolver: resolver, Definitions: definitions, Peers: asked, Links: links,
		Guest: cfg.guest(), PreviewCalls: cfg.PreviewCalls, Now: deps.Now,
	})
	lives := runs.New(runs.Deps{
		Policy: decider, Ledger: runRows, Meter: counters, Resolver: resolver, Peers: asked, Vault: deps.Vault,
		Identity: deps.Identity, Log: deps.Logger, Now: deps.Now,
	}, runs.Limits{Timeout: cfg.RunTimeout, Lease: cfg.Lease, Guest: cfg.guest()})
	return &Service{
		cfg: cfg, db: deps.DB, redis: deps.Redis, meter: counters, grants: grants, runs: lives, log: deps.Logger,
		public: public{
			workflowHandlers: workflows.NewHandlers(flows),
			shareHandlers: settings.NewHandlers(settings.Deps{
				Shares: shareRows, Resolver: resolver, Grants: grants, Workflows: flowRows, Definitions: definitions, Peers: asked,
				Links: links, Pages: pages, Now: deps.Now,
			}),
			visitorHandlers: visitor.NewHandlers(visitor.Deps{
				Policy: decider, Resolver: resolver, Workflows: flows, Definitions: definitions, Catalogue: catalogue, Peers: asked,
				Meter: counters, Links: links, Gates: gates, Now: deps.Now,
			}),
			ledgerHandlers: ledger.NewHandlers(runRows, pages, named),
			usageHandlers:  usage.NewHandlers(usage.NewStore(deps.DB), pages, named, deps.Now),
			reportHandlers: reports.NewHandlers(reports.Deps{
				Store: reports.NewStore(deps.DB), Resolver: resolver, Links: links, Pages: pages, Now: deps.Now,
			}),
		},
		internal: internal{runHandlers: runs.NewHandlers(lives)},
	}
}

// Bootstrap does nothing: sharing has no rows that must exist. Call it before the first
// request.
func (s *Service) Bootstrap(context.Context) error { return nil }

// Ready reports whether sharing can do its work now.
func (s *Service) Ready(ctx context.Context) error {
	if err := s.db.Ping(ctx); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	if err := s.redis.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("redis: %w", redisx.Error(err))
	}
	return nil
}

// Close does nothing: the database, Redis and the connections belong to the caller of New.
func (s *Service) Close() {}
