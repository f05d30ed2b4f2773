package vault

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/redisx"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/assertions"
	"github.com/keyhole-dev/keyhole/services/vault/attempts"
	"github.com/keyhole-dev/keyhole/services/vault/envelope"
	"github.com/keyhole-dev/keyhole/services/vault/keys"
	"github.com/keyhole-dev/keyhole/services/vault/openid"
	"github.com/keyhole-dev/keyhole/services/vault/people"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
	"github.com/keyhole-dev/keyhole/services/vault/sessions"
)

// Service is the vault.
type Service struct {
	cfg   Config
	db    *sqldb.DB
	redis *redisx.Client
	log   *slog.Logger
	now   func() time.Time

	kek        *envelope.KEK
	sealer     *envelope.Sealer
	keys       *keys.Keys
	sessions   *sessions.Sessions
	people     *people.People
	provider   *openid.Client
	assertions *assertions.Assertions
	attempts   *attempts.Store
	running    *revocation.Running
	bus        *revocation.Bus
	clients    clients

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
	s := &Service{cfg: cfg.withDefaults(), db: deps.DB, redis: deps.Redis, log: deps.Logger, now: deps.Now, kek: deps.KEK}
	if err := s.wire(deps); err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	return s, nil
}

// Identify returns the principal of a presented key, for the public endpoint (rpc.ServerConfig).
func (s *Service) Identify(ctx context.Context, key secret.Secret) (caller.Principal, error) {
	return s.assertions.Identify(ctx, key)
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

// Close closes idle outbound connections. Call it after the servers have stopped. The database and
// Redis belong to the caller of New.
func (s *Service) Close() {
	s.clients.close()
	s.provider.Close()
}
