package runner

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/runner/blocks"
	"github.com/keyhole-dev/keyhole/services/runner/booking"
	"github.com/keyhole-dev/keyhole/services/runner/builder"
	"github.com/keyhole-dev/keyhole/services/runner/catalogue"
	"github.com/keyhole-dev/keyhole/services/runner/compiled"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/inflight"
	"github.com/keyhole-dev/keyhole/services/runner/inputs"
	"github.com/keyhole-dev/keyhole/services/runner/models"
	"github.com/keyhole-dev/keyhole/services/runner/run"
	"github.com/keyhole-dev/keyhole/services/runner/templates"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// Config has the settings of an operator. The zero value works, except ModelDir.
type Config struct {
	// ModelDir is where models are kept between runs, by the hash of their bytes,
	// in a folder that Bootstrap empties.
	ModelDir string
	// ModelBytes bounds it; 0 means 10 GiB.
	ModelBytes int64
	// Runs is the number of concurrent runs; 0 means 128. One workspace has at
	// most half of them, one key or visitor at most three eighths. More wait for a
	// moment and are then refused: a clear answer is better than a long queue.
	Runs int
	// RunTime is the longest a run may take, if its grant does not say less; 0
	// means 5 minutes.
	RunTime time.Duration
	// InputBytes bounds the inputs of a run, ResultBytes its outputs; 0 means 24
	// MiB each.
	InputBytes, ResultBytes int
	// FetchBytes bounds all pictures together that a run gets by URL; 0 means 64 MiB.
	FetchBytes int64
	// Elements is how many elements all batches of a run may have together; 0
	// means 10 000.
	Elements int
	// Pictures are the limits of pictures.
	Pictures imaging.Limits
	// PictureBytes is the memory that the decoded pictures of all runs may take together; 0
	// means 2 GiB. One workspace has at most half of it. A run whose pictures need more than
	// three eighths is refused; other runs wait.
	PictureBytes int64
	// Fetches is how many pictures a run may get by URL; 0 means 256.
	Fetches int
	// Workflows is how many compiled workflows are kept; 0 means 1000.
	Workflows int
	// StopWithin is how long a stop waits for runs before it ends them; 0 means 8 s.
	StopWithin time.Duration
}

func (c Config) withDefaults() Config {
	orDefault(&c.ModelBytes, 10<<30)
	orDefault(&c.Runs, 128)
	orDefault(&c.RunTime, 5*time.Minute)
	orDefault(&c.InputBytes, 24<<20)
	orDefault(&c.ResultBytes, 24<<20)
	orDefault(&c.FetchBytes, 64<<20)
	orDefault(&c.Elements, 10_000)
	orDefault(&c.Pictures.Bytes, 32<<20)
	orDefault(&c.PictureBytes, 2<<30)
	orDefault(&c.Fetches, 256)
	orDefault(&c.Workflows, 1000)
	orDefault(&c.StopWithin, 8*time.Second)
	return c
}

func orDefault[T comparable](field *T, v T) {
	var zero T
	if *field == zero {
		*field = v
	}
}

// Deps are all required, except Now.
type Deps struct {
	Sharing  sharinginternalv1.SharingInternalServiceClient
	Vault    vaultinternalv1.VaultInternalServiceClient
	Registry registryinternalv1.RegistryInternalServiceClient
	Workers  *modelworker.Pool
	Logger   *slog.Logger
	// Now is time.Now if it is nil.
	Now func() time.Time
}

func (d Deps) check() error {
	if d.Sharing == nil || d.Vault == nil || d.Registry == nil || d.Workers == nil || d.Logger == nil {
		return errors.New("runner: Sharing, Vault, Registry, Workers and Logger are required")
	}
	return nil
}

// Service is the runner.
type Service struct {
	cfg      Config
	inflight *inflight.Runs
	executor *run.Executor
	models   *models.Store
	// catalogue is what clients see of the blocks.
	catalogue *catalogue.Catalogue
	// builder describes the language to Roboflow's builder.
	builder *builder.Builder
	// templates are the workflows that clients start from.
	templates *templates.Gallery
	// pictures has room for PictureBytes.
	pictures *fair.Pool
}

// New checks and wires. It starts nothing and writes nothing.
func New(cfg Config, deps Deps) (*Service, error) {
	return newService(cfg, deps, blocks.All())
}

// newService makes a runner with the given blocks, of which tests replace some.
func newService(cfg Config, deps Deps, registry engine.Registry) (*Service, error) {
	if err := deps.check(); err != nil {
		return nil, err
	}
	if cfg.ModelDir == "" {
		return nil, errors.New("runner: ModelDir is required")
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	cfg = cfg.withDefaults()
	listed, err := catalogue.New(manifest.Core())
	if err != nil {
		return nil, fmt.Errorf("runner: %w", err)
	}
	gallery, err := templates.New(manifest.Core())
	if err != nil {
		return nil, fmt.Errorf("runner: %w", err)
	}
	store := models.NewStore(filepath.Join(cfg.ModelDir, "runner-cache"), cfg.ModelBytes)
	runs := inflight.New(deps.Sharing, deps.Logger, deps.Now, cfg.Runs)
	pictures := fair.New(fair.Limits{What: "pictures", Capacity: cfg.PictureBytes})
	executor := run.New(run.Deps{
		Sharing: deps.Sharing, Vault: deps.Vault, Registry: deps.Registry, Workers: deps.Workers,
		Logger: deps.Logger, Now: deps.Now,
		Runs: runs, Workflows: compiled.New(cfg.Workflows, registry), Batcher: booking.NewBatcher(deps.Sharing),
		Models: store, Codec: imaging.NewCodec(cfg.Pictures), Pictures: pictures,
	}, cfg.limits())
	return &Service{cfg: cfg, inflight: runs, executor: executor, models: store, catalogue: listed, builder: builder.New(manifest.Core()), templates: gallery, pictures: pictures}, nil
}

// limits are those of one run.
func (c Config) limits() run.Limits {
	return run.Limits{
		Time: c.RunTime, ResultBytes: c.ResultBytes,
		Inputs: inputs.Limits{
			Elements: c.Elements, Fetches: c.Fetches, FetchBytes: c.FetchBytes, PictureBytes: int64(c.Pictures.Bytes),
		},
	}
}

// Bootstrap empties the folder of models. Call it before the first request.
func (s *Service) Bootstrap(context.Context) error {
	if err := s.models.Reset(); err != nil {
		return fmt.Errorf("runner: %w", err)
	}
	return nil
}

// Ready reports whether the runner can do its work now.
func (s *Service) Ready(context.Context) error {
	if err := s.models.Check(); err != nil {
		return fmt.Errorf("model folder: %w", err)
	}
	return nil
}

// Close does nothing: connections and workers belong to the caller of New, and Run waits for the
// runs in progress.
func (s *Service) Close() {}
