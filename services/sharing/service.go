package sharing

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/keyhole-dev/keyhole/services/sharing/ledger"
	"github.com/keyhole-dev/keyhole/services/sharing/peers"
	"github.com/keyhole-dev/keyhole/services/sharing/settings"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
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

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations is the schema of the service's database.
func Migrations() fs.FS {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the path is constant
	}
	return files
}

// Config is what an operator sets. The zero value of each field but LinkKey is good.
type Config struct {
	// LinkKey makes the tokens of links and of pages: 32 bytes or more, the same
	// in all replicas. With another key every link is another.
	LinkKey secret.Secret
	// PublicURL is where visitors reach the installation, "https://keyhole.example".
	// Empty leaves the uri of shares empty.
	PublicURL string
	// GuestRuns is how many runs a day one visitor without a key may have charged
	// to the guest key. 0 is 50; below 0 is no bound of its own.
	GuestRuns int64
	// GuestPictures is how many pictures a day those runs may have. 0 is ten for each run.
	GuestPictures int64
	// PreviewCalls is how many calls each step of a run through a link may make with its
	// owner's hidden credentials. 0 is 20.
	PreviewCalls int32
	// RunTimeout bounds a run. 0 is 5 minutes.
	RunTimeout time.Duration
	// Lease is how long a run lives without being renewed. 0 is 15 s.
	Lease time.Duration
	// SweepEvery is how often abandoned runs are looked for. 0 is 1 s.
	SweepEvery time.Duration
}

func (c Config) withDefaults() Config {
	c.GuestRuns = orDefault(c.GuestRuns, 50)
	c.PreviewCalls = orDefault(c.PreviewCalls, 20)
	c.RunTimeout = orDefault(c.RunTimeout, 5*time.Minute)
	c.Lease = orDefault(c.Lease, 15*time.Second)
	c.SweepEvery = orDefault(c.SweepEvery, time.Second)
	return c
}

func orDefault[T comparable](v, byDefault T) T {
	var zero T
	if v == zero {
		return byDefault
	}
	return v
}

// Deps is what the service is given.
type Deps struct {
	// DB has the schema of Migrations.
	DB       *sqldb.DB
	Redis    *redisx.Client
	Vault    vaultinternalv1.VaultInternalServiceClient
	Registry registryinternalv1.RegistryInternalServiceClient
	// Identity signs run grants.
	Identity *identity.Identity
	Logger   *slog.Logger
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Service is the sharing service.
type Service struct {
	cfg         Config
	store       workflows.Store
	resolver    *shares.Resolver
	grants      *shares.Grants
	settings    *settings.Handlers
	ledger      ledger.Store
	workflows   *workflows.Workflows
	meter       *meter.Meter
	links       link.Key
	pages       *page.Tokens
	vault       vaultinternalv1.VaultInternalServiceClient
	registry    registryinternalv1.RegistryInternalServiceClient
	identity    *identity.Identity
	log         *slog.Logger
	now         func() time.Time
	catalogue   *manifest.Catalogue
	definitions *definition.Cache
	peers       *peers.Peers
	leases      *leases
}

// New makes the service. It starts nothing: Run does.
func New(_ context.Context, cfg Config, deps Deps) (*Service, error) {
	if deps.DB == nil || deps.Redis == nil || deps.Vault == nil || deps.Registry == nil || deps.Identity == nil || deps.Logger == nil {
		return nil, errors.New("sharing needs a database, a Redis, the vault, the registry, an identity and a logger")
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	cfg = cfg.withDefaults()
	if cfg.PreviewCalls < 0 {
		return nil, errors.New("a run through a link makes no less than one call for a step")
	}
	links, err := link.New(cfg.LinkKey, cfg.PublicURL)
	if err != nil {
		return nil, err
	}
	pages, err := page.New(cfg.LinkKey)
	if err != nil {
		return nil, fmt.Errorf("make page tokens: %w", err)
	}
	s := &Service{
		cfg: cfg, links: links, pages: pages, vault: deps.Vault, registry: deps.Registry,
		identity: deps.Identity, log: deps.Logger, now: deps.Now, catalogue: manifest.Core(),
		meter: meter.New(deps.Redis, ledger.NewStore(deps.DB), deps.Now), store: workflows.NewStore(deps.DB), ledger: ledger.NewStore(deps.DB),
	}
	s.definitions = definition.NewCache(s.catalogue)
	s.peers = peers.New(deps.Vault, deps.Registry, deps.Now)
	rows := shares.NewStore(deps.DB)
	s.resolver = shares.NewResolver(shares.ResolverDeps{
		Shares: rows, Workflows: s.store, Definitions: s.definitions, Peers: s.peers, Links: links, Now: deps.Now,
	})
	s.grants = shares.NewGrants(shares.GrantsDeps{
		Shares: rows, Workflows: s.store, Resolver: s.resolver, Peers: s.peers, Vault: deps.Vault, Log: deps.Logger, Now: deps.Now,
	})
	s.settings = settings.NewHandlers(settings.Deps{
		Shares: rows, Resolver: s.resolver, Grants: s.grants, Workflows: s.store, Definitions: s.definitions, Peers: s.peers,
		Links: links, Pages: pages, Now: deps.Now,
	})
	s.workflows = workflows.New(workflows.Deps{
		Store: s.store, Definitions: s.definitions, Peers: s.peers, Vault: deps.Vault, Pages: pages, Log: deps.Logger, Now: deps.Now,
		Dependents: s.grants,
	})
	s.leases = newLeases()
	return s, nil
}

// guestLimit is what one visitor without a key has in a day.
func (c Config) guestLimit() meter.Count {
	return budget.LimitOf(c.GuestRuns, c.GuestPictures)
}
