package registry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"gocloud.dev/blob"

	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/registry/artifacts"
	"github.com/keyhole-dev/keyhole/services/registry/models"
)

// Config has the settings of an operator. The zero value works, except PageKey.
type Config struct {
	// MaxArtifact bounds an artifact in bytes; 0 means 2 GiB.
	MaxArtifact int64
	// Scratch is the folder where an upload is opened before it is stored; empty means the
	// system's temporary folder.
	Scratch string
	// PageKey seals page tokens. All replicas share it. 16 bytes or more.
	PageKey secret.Secret
}

func (c Config) withDefaults() Config {
	if c.MaxArtifact == 0 {
		c.MaxArtifact = 2 << 30
	}
	if c.Scratch == "" {
		c.Scratch = os.TempDir()
	}
	return c
}

// Deps are all required, except Now.
type Deps struct {
	// DB was opened with migrations.Files.
	DB      *sqldb.DB
	Bucket  *blob.Bucket
	Workers *modelworker.Pool
	// Verifier checks run grants.
	Verifier *identity.Verifier
	Logger   *slog.Logger
	// Now is time.Now if it is nil.
	Now func() time.Time
}

func (d Deps) check() error {
	if d.DB == nil || d.Bucket == nil || d.Workers == nil || d.Verifier == nil || d.Logger == nil {
		return errors.New("registry: DB, Bucket, Workers, Verifier and Logger are required")
	}
	return nil
}

// Service is the registry.
type Service struct {
	cfg       Config
	db        *sqldb.DB
	artifacts *artifacts.Store
	public    public
	internal  internal
}

// New checks and wires. It starts nothing and writes nothing.
func New(cfg Config, deps Deps) (*Service, error) {
	if err := deps.check(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	if deps.Now == nil {
		deps.Now = time.Now
	}
	pages, err := page.New(cfg.PageKey)
	if err != nil {
		return nil, fmt.Errorf("registry: %w", err)
	}
	rows := models.NewStore(deps.DB)
	files := artifacts.NewStore(deps.DB, rows, deps.Bucket, deps.Logger, deps.Now)
	inspector := artifacts.NewInspector(deps.Workers, cfg.Scratch)
	return &Service{
		cfg: cfg, db: deps.DB, artifacts: files,
		public: public{
			modelHandlers:    models.NewHandlers(rows, files, pages, deps.Now),
			artifactHandlers: artifacts.NewHandlers(files, inspector, cfg.MaxArtifact),
		},
		internal: internal{
			internalModelHandlers:    models.NewInternalHandlers(rows),
			internalArtifactHandlers: artifacts.NewInternalHandlers(files, deps.Verifier, deps.Now),
		},
	}, nil
}

// Bootstrap makes the scratch folder. Call it before the first request.
func (s *Service) Bootstrap(context.Context) error {
	if err := os.MkdirAll(s.cfg.Scratch, 0o700); err != nil {
		return fmt.Errorf("registry: make scratch folder: %w", err)
	}
	return nil
}

// Ready reports whether the registry can do its work now.
func (s *Service) Ready(ctx context.Context) error {
	if err := s.db.Ping(ctx); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	return nil
}

// Close does nothing: the database, the bucket and the workers belong to the caller of New.
func (s *Service) Close() {}
