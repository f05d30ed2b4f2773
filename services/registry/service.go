package registry

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"gocloud.dev/blob"
	"google.golang.org/grpc"

	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/modelworker"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations is the schema of the registry's database.
func Migrations() fs.FS {
	sub, _ := fs.Sub(migrations, "migrations") // the folder is embedded
	return sub
}

// Config is what an operator sets.
type Config struct {
	// MaxArtifact bounds an artifact in bytes; 0 means 2 GiB.
	MaxArtifact int64
	// Scratch is the folder where an upload is opened before it is stored; empty
	// means the system's temporary folder.
	Scratch string
	// PageKey seals page tokens; replicas share it. 16 bytes or more.
	PageKey secret.Secret
}

// Deps is what the registry needs.
type Deps struct {
	DB       *sqldb.DB
	Bucket   *blob.Bucket
	Workers  *modelworker.Pool
	Verifier *identity.Verifier
	Logger   *slog.Logger
	Now      func() time.Time
}

// Service is the registry.
type Service struct {
	cfg      Config
	store    *store
	bucket   *blob.Bucket
	workers  *modelworker.Pool
	uploads  *fair.Pool
	verifier *identity.Verifier
	pages    *page.Tokens
	log      *slog.Logger
	now      func() time.Time
}

// New makes the service.
func New(_ context.Context, cfg Config, deps Deps) (*Service, error) {
	if cfg.MaxArtifact == 0 {
		cfg.MaxArtifact = 2 << 30
	}
	if cfg.Scratch == "" {
		cfg.Scratch = os.TempDir()
	}
	pages, err := page.New(cfg.PageKey)
	if err != nil {
		return nil, fmt.Errorf("registry: %w", err)
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	return &Service{
		cfg: cfg, store: &store{deps.DB}, bucket: deps.Bucket, workers: deps.Workers,
		uploads:  fair.New(fair.Limits{What: "uploads", Capacity: maxUploads, Patience: uploadPatience, Waiting: 16, WholeTenant: true}),
		verifier: deps.Verifier, pages: pages, log: deps.Logger, now: deps.Now,
	}, nil
}

// RegisterPublic registers the public face.
func (s *Service) RegisterPublic(r grpc.ServiceRegistrar) {
	registryv1.RegisterRegistryServiceServer(r, &publicFace{Service: s})
}

// RegisterInternal registers the face for peers.
func (s *Service) RegisterInternal(r grpc.ServiceRegistrar) {
	registryinternalv1.RegisterRegistryInternalServiceServer(r, &internalFace{Service: s})
}

type publicFace struct {
	registryv1.UnimplementedRegistryServiceServer
	*Service
}

type internalFace struct {
	registryinternalv1.UnimplementedRegistryInternalServiceServer
	*Service
}
