package vault

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/redisx"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/assertions"
	"github.com/keyhole-dev/keyhole/services/vault/attempts"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/calls"
	"github.com/keyhole-dev/keyhole/services/vault/credentialgrants"
	"github.com/keyhole-dev/keyhole/services/vault/credentials"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
	"github.com/keyhole-dev/keyhole/services/vault/envelope"
	"github.com/keyhole-dev/keyhole/services/vault/exposure"
	"github.com/keyhole-dev/keyhole/services/vault/keys"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
	"github.com/keyhole-dev/keyhole/services/vault/runs"
	"github.com/keyhole-dev/keyhole/services/vault/withholding"
	"github.com/keyhole-dev/keyhole/services/vault/workspaces"
)

// Config is what an operator sets. The zero value of each field but KEKFile is
// good.
type Config struct {
	// KEKFile holds the key-encryption key. It is made at first start, and must be
	// readable by its owner alone. All replicas need the same.
	KEKFile string
	// GuestRuns and GuestPeriod are the allowance of visitors without a key when
	// the installation is made; later it is the budget of the key
	// workspaces/operator/keys/guest. 0 is 200 in a day.
	GuestRuns   int64
	GuestPeriod vaultv1.Period
	// EgressAllow lists what steps may call although it is not public:
	// "10.0.0.0/8", "127.0.0.1:11434", "ollama:11434".
	EgressAllow []string
	// FetchAllow lists in the same way where pictures may be fetched from. It is a
	// list of its own because a picture's URL is whatever a visitor types.
	FetchAllow []string
	// EgressPlaintext allows http:// for public destinations.
	EgressPlaintext bool
	// EgressCAFile names a PEM file of certificate authorities that providers' certificates
	// may chain to, in addition to the machine's. Empty adds none.
	EgressCAFile string
	// Egress tunes the clients for outbound calls; their Rules come from the three
	// fields above.
	Egress egress.Config
}

// Deps is what the service is given. All but Metrics and Now are needed.
type Deps struct {
	// DB was opened with migrations.Files of package vault/migrations.
	DB *sqldb.DB
	// Redis is the vault's own: handle counters, visitors' credentials (sealed),
	// messages between replicas.
	Redis *redisx.Client
	// Identity signs principal assertions.
	Identity *identity.Identity
	// Verifier checks run grants.
	Verifier *identity.Verifier
	Logger   *slog.Logger
	// Metrics is where counters are registered; nil for nowhere.
	Metrics prometheus.Registerer
	// Now is the clock; nil for the real one.
	Now func() time.Time
}

// Handlers of the parts. A missing RPC does not compile.
type (
	auditHandlers      = audit.Handlers
	workspaceHandlers  = workspaces.Handlers
	keyHandlers        = keys.Handlers
	assertionHandlers  = assertions.Handlers
	credentialHandlers = credentials.Handlers
	grantHandlers      = credentialgrants.Handlers
	runHandlers        = runs.Handlers
	callHandlers       = calls.Handlers
)

// Service is the vault. Its parts serve the RPCs.
type Service struct {
	vaultv1.UnsafeVaultServiceServer
	vaultinternalv1.UnsafeVaultInternalServiceServer
	*auditHandlers
	*workspaceHandlers
	*keyHandlers
	*assertionHandlers
	*credentialHandlers
	*grantHandlers
	*runHandlers
	*callHandlers

	cfg      Config
	db       *sqldb.DB
	redis    *redisx.Client
	identity *identity.Identity
	verifier *identity.Verifier
	log      *slog.Logger
	now      func() time.Time

	kek    *envelope.KEK
	sealer *envelope.Sealer
	// Each key is derived for one purpose, so that only its part can make or check handles, assertions or thresholds.
	handleKey, assertionKey, thresholdKey secret.Secret

	pages       *page.Tokens
	rules       *egress.Rules
	egress      *egress.Client // calls of steps
	fetches     *egress.Client // of pictures; it shares no connection with the other
	judge       *withholding.Judge
	runs        *runs.Runs
	grants      *credentialgrants.Grants
	running     *revocation.Running
	bus         *revocation.Bus
	attempts    *attempts.Store
	workspaces  *workspaces.Store
	keys        *keys.Keys
	assertions  *assertions.Assertions
	credentials *credentials.Credentials
	memory      *exposure.Memory
	audit       *audit.Log
	metrics     *metrics
}

// New puts the vault together, and makes what has to be there: the key-encryption
// key, the operator's workspace with the guest key. Close it.
func New(ctx context.Context, cfg Config, deps Deps) (*Service, error) {
	if deps.DB == nil || deps.Redis == nil || deps.Identity == nil || deps.Verifier == nil || deps.Logger == nil {
		return nil, errors.New("make vault: database, redis, identity, verifier and logger are all needed")
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	if cfg.GuestRuns == 0 {
		cfg.GuestRuns = 200
	}
	if cfg.GuestPeriod == vaultv1.Period_PERIOD_UNSPECIFIED {
		cfg.GuestPeriod = vaultv1.Period_PERIOD_DAY
	}
	s := &Service{
		cfg: cfg, db: deps.DB, redis: deps.Redis, identity: deps.Identity, verifier: deps.Verifier,
		log: deps.Logger, now: deps.Now,
	}
	if err := s.build(ctx, deps); err != nil {
		return nil, fmt.Errorf("make vault: %w", err)
	}
	return s, nil
}

// build reads the key-encryption key first, because the parts get keys that are derived from it.
func (s *Service) build(ctx context.Context, deps Deps) error {
	kek, made, err := envelope.OpenFile(s.cfg.KEKFile)
	if err != nil {
		return err
	}
	s.kek, s.sealer = kek, envelope.NewSealer(kek, deps.DB)
	if err := s.deriveKeys(kek); err != nil {
		return err
	}
	if err := s.assemble(deps); err != nil {
		return err
	}
	return s.settle(ctx, made)
}

func (s *Service) assemble(deps Deps) error {
	var err error
	if s.rules, err = egress.ParseRules(s.cfg.EgressAllow, s.cfg.EgressPlaintext); err != nil {
		return err
	}
	fetchRules, err := egress.ParseRules(s.cfg.FetchAllow, s.cfg.EgressPlaintext)
	if err != nil {
		return err
	}
	if s.cfg.EgressCAFile != "" {
		if s.cfg.Egress.RootCAs, err = egress.Roots(s.cfg.EgressCAFile); err != nil {
			return err
		}
	}
	s.egress, s.fetches = newEgress(s.cfg.Egress, s.rules), newEgress(forPictures(s.cfg.Egress), fetchRules)
	s.attempts = attempts.NewStore(deps.DB)
	s.running = revocation.NewRunning()
	s.bus = revocation.NewBus(s.redis, s.log, s.running)
	if s.metrics, err = newMetrics(deps.Metrics); err != nil {
		return err
	}
	s.audit = audit.New(deps.DB, s.attempts, s.log, s.now, s.metrics.refused)
	s.auditHandlers = audit.NewHandlers(s.audit, s.pages)
	s.workspaces = workspaces.NewStore(deps.DB)
	s.workspaceHandlers = workspaces.NewHandlers(s.workspaces, s.audit, s.pages, s.now)
	s.keys = keys.New(deps.DB, s.workspaces, s.audit, s.bus, s.now)
	s.keyHandlers = keys.NewHandlers(s.keys, s.pages)
	s.assertions = assertions.New(s.keys, s.identity, s.assertionKey, s.bus, s.now, s.metrics.logins)
	s.assertionHandlers = assertions.NewHandlers(s.assertions)
	s.credentials = credentials.New(credentials.Deps{
		DB: deps.DB, Workspaces: s.workspaces, Log: s.audit, Bus: s.bus, KEK: s.kek, Sealer: s.sealer, Rules: s.rules, Now: s.now,
	})
	s.memory = exposure.New(deps.DB, s.thresholdKey, s.now)
	s.grants = credentialgrants.New(credentialgrants.Deps{
		DB: deps.DB, Redis: s.redis, Credentials: s.credentials, Uses: s.attempts, Memory: s.memory, Log: s.audit, Bus: s.bus, Now: s.now,
	})
	s.judge = withholding.New(withholding.Deps{
		DB: deps.DB, Credentials: s.credentials, Memory: s.memory, Events: s.audit, Bus: s.bus, Logger: s.log, Now: s.now,
		Refused: s.metrics.refused,
	})
	s.runs = runs.New(runs.Deps{
		Redis: s.redis, Verifier: s.verifier, KEK: s.kek, Attempts: s.attempts, Bus: s.bus, Judge: s.judge, Now: s.now,
	})
	s.callHandlers = calls.New(calls.Deps{
		Verifier: s.verifier, Logger: s.log, Now: s.now, HandleKey: s.handleKey, Egress: s.egress, Fetches: s.fetches, Keys: s.keys,
		Assertions: s.assertions, Credentials: s.credentials, Grants: s.grants, Runs: s.runs, Memory: s.memory, Judge: s.judge,
		Running: s.running, Attempts: s.attempts, Audit: s.audit, Refused: s.metrics.refused, Outcomes: s.metrics.uses,
	})
	s.runHandlers = runs.NewHandlers(s.runs)
	s.grantHandlers = credentialgrants.NewHandlers(s.grants)
	s.credentialHandlers = credentials.NewHandlers(s.credentials, s.pages)
	return nil
}

// The times that a picture by its URL gets, unless the operator gives less: any visitor
// may name one, and while it comes in a run waits and takes a place.
const (
	pictureIdle  = 10 * time.Second
	pictureTotal = 30 * time.Second
)

// forPictures is how pictures are fetched.
func forPictures(c egress.Config) egress.Config {
	for limit, most := range map[*time.Duration]time.Duration{
		&c.HeaderTimeout: pictureIdle, &c.IdleTimeout: pictureIdle, &c.TotalTimeout: pictureTotal,
	} {
		if *limit <= 0 || *limit > most {
			*limit = most
		}
	}
	return c
}

func newEgress(c egress.Config, r *egress.Rules) *egress.Client {
	c.Rules = r
	return egress.New(c)
}

// settle checks that key-encryption key and database belong together, and makes the operator's workspace.
// A new key next to sealed credentials means that the old key is lost: the operator should learn it at the
// start, and not at the first use.
func (s *Service) settle(ctx context.Context, madeKEK bool) error {
	if madeKEK {
		n, err := s.sealer.Count(ctx)
		if err != nil {
			return err
		}
		if n > 0 {
			return fmt.Errorf("the database has sealed credentials, and the key-encryption key was not at %s: put the old file there (the one that was just made opens nothing)", s.cfg.KEKFile)
		}
	}
	if err := s.keys.CreateOperatorWorkspace(ctx, &vaultv1.Budget{Runs: s.cfg.GuestRuns, Period: s.cfg.GuestPeriod}); err != nil {
		return err
	}
	if err := s.sealer.EnsureKey(ctx, workspaces.Operator); err != nil {
		return fmt.Errorf("the key-encryption key is not the one that this database was made with: %w", err)
	}
	return nil
}

// deriveKeys makes a key for each purpose, so that no part of the vault holds the key-encryption key.
func (s *Service) deriveKeys(k *envelope.KEK) error {
	var tokens secret.Secret
	for purpose, key := range map[string]*secret.Secret{
		"page tokens": &tokens, "handle": &s.handleKey, "assertion": &s.assertionKey, "fingerprint": &s.thresholdKey,
	} {
		var err error
		if *key, err = k.Derive(purpose, ""); err != nil {
			return err
		}
	}
	var err error
	s.pages, err = page.New(tokens)
	return err
}

// Identify tells the public endpoint whose key a caller presents (rpc.ServerConfig).
func (s *Service) Identify(ctx context.Context, key secret.Secret) (caller.Principal, error) {
	return s.assertions.Identify(ctx, key)
}

// RegisterPublic adds the face for clients.
func (s *Service) RegisterPublic(r grpc.ServiceRegistrar) { vaultv1.RegisterVaultServiceServer(r, s) }

// RegisterInternal adds the face for peers.
func (s *Service) RegisterInternal(r grpc.ServiceRegistrar) {
	vaultinternalv1.RegisterVaultInternalServiceServer(r, s)
}

// Ready reports whether the vault can do its work now.
func (s *Service) Ready(ctx context.Context) error {
	if err := s.db.Ping(ctx); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	if err := s.redis.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("redis: %w", redisx.Error(err))
	}
	return nil
}

// Close ends what New started, after the servers have stopped. The database and
// Redis are their opener's.
func (s *Service) Close() {
	s.egress.Close()
	s.fetches.Close()
}
