package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/runner/models"
)

// Models finds the models of one run in the registry, under its grant. Each run asks the registry
// once for each model: a copy on disk gives no right to use it.
type Models struct {
	registry registryinternalv1.RegistryInternalServiceClient
	grant    string
	// versions are the models of the run, by their ids in the definition.
	versions map[string]string

	mu    sync.Mutex // guards found; it is not held during a call, so a model may be asked for twice
	found map[string]models.Artifact
}

// NewModels makes the source for one run. The versions are those the run was authorised for.
func NewModels(registry registryinternalv1.RegistryInternalServiceClient, grant string, versions map[string]string) *Models {
	return &Models{registry: registry, grant: grant, versions: versions}
}

var _ models.Source = (*Models)(nil)

// Resolve implements models.Source.
func (s *Models) Resolve(ctx context.Context, id string) (models.Artifact, error) {
	version, ok := s.versions[id]
	if !ok {
		return models.Artifact{}, errs.NotFound("this run may not use the model %.100q", id).WithReason(errorsv1.Reason_REASON_MODEL_NOT_FOUND).With("model", id)
	}
	s.mu.Lock()
	artifact, ok := s.found[version]
	s.mu.Unlock()
	if ok {
		return artifact, nil
	}
	model, err := s.registry.GetRunModel(ctx, &registryinternalv1.GetRunModelRequest{Grant: s.grant, Version: version})
	if err != nil {
		return models.Artifact{}, Error(ctx, err)
	}
	artifact, err = s.artifact(version, model)
	if err != nil {
		return models.Artifact{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.found == nil {
		s.found = map[string]models.Artifact{}
	}
	s.found[version] = artifact
	return artifact, nil
}

func (s *Models) artifact(version string, model *registryinternalv1.RunModel) (models.Artifact, error) {
	parts := strings.Split(version, "/")
	if len(parts) != 6 || parts[0] != "workspaces" || parts[2] != "models" || parts[4] != "versions" {
		return models.Artifact{}, fmt.Errorf("sharing named the model version %q", version)
	}
	return models.Artifact{
		ID: parts[1] + "/" + parts[3] + "/" + parts[5], Tenant: parts[1], Task: model.GetTask(),
		SHA256: model.GetSha256(), Size: model.GetSizeBytes(),
		Fetch: func(ctx context.Context, w io.Writer) error { return s.download(ctx, version, w) },
	}, nil
}

// download streams an artifact. The store checks its hash.
func (s *Models) download(ctx context.Context, version string, w io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := s.registry.DownloadRunModel(ctx, &registryinternalv1.DownloadRunModelRequest{Grant: s.grant, Version: version})
	if err != nil {
		return Error(ctx, err)
	}
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return Error(ctx, err)
		}
		if _, err := w.Write(part.GetChunk()); err != nil {
			return fmt.Errorf("store model: %w", err)
		}
	}
}
