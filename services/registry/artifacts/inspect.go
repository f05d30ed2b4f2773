package artifacts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	archivelimit "github.com/keyhole-dev/keyhole/services/kit/archive"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
	"github.com/keyhole-dev/keyhole/services/registry/models"
)

// invalid is why an artifact cannot be opened. It is written for the artifact's owner.
type invalid struct{ problem string }

func (e *invalid) Error() string { return e.problem }

// Inspector opens uploaded artifacts.
type Inspector struct {
	workers *modelworker.Pool
	// scratch is the folder for files that are unpacked.
	scratch string
}

// NewInspector makes an inspector. It starts no worker.
func NewInspector(workers *modelworker.Pool, scratch string) *Inspector {
	return &Inspector{workers: workers, scratch: scratch}
}

// Open opens every ONNX file of the artifact in a model worker. It writes the result to v. It
// returns an error only if the artifact is not to blame.
func (i *Inspector) Open(ctx context.Context, client fair.Client, file *os.File, v *models.Version) error {
	signature, err := i.inspect(ctx, client, file, v.Size)
	if bad, ok := errors.AsType[*invalid](err); ok {
		v.State, v.Problem = registryv1.State_STATE_FAILED, bad.problem
		return nil
	}
	if failure, ok := errors.AsType[*modelworker.Failure](err); ok && failure.Kind != modelworker.Unavailable {
		v.State, v.Problem = registryv1.State_STATE_FAILED, fmt.Sprintf("%s: %s", failure.Kind, clip(failure.Detail))
		return nil
	}
	if _, disk := errors.AsType[*fs.PathError](err); disk {
		return cannotStore(err)
	}
	if err != nil {
		return fmt.Errorf("open artifact: %w", err)
	}
	v.State, v.Signature = registryv1.State_STATE_READY, signature
	return nil
}

func clip(s string) string {
	if len(s) > 300 {
		return s[:300] + "..."
	}
	return s
}

func (i *Inspector) inspect(ctx context.Context, client fair.Client, file *os.File, size int64) (models.Signature, error) {
	magic := make([]byte, 4)
	if _, err := file.ReadAt(magic, 0); err != nil && !errors.Is(err, io.EOF) {
		return models.Signature{}, fmt.Errorf("read upload: %w", err)
	}
	if string(magic) != "PK\x03\x04" {
		return i.inspectFile(ctx, client, file.Name())
	}
	archive, err := openArchive(file, size)
	if err != nil {
		return models.Signature{}, err
	}
	return i.inspectPackage(ctx, client, archive, archivelimit.MaxUnpacked(size))
}

func (i *Inspector) inspectFile(ctx context.Context, client fair.Client, name string) (models.Signature, error) {
	found, err := i.workers.Inspect(ctx, client, func() (*os.File, error) { return os.Open(name) })
	if err != nil {
		return models.Signature{}, err
	}
	for _, text := range found.Metadata {
		if leak.Find(text) {
			return models.Signature{}, &invalid{"the model's metadata holds what looks like a secret; its labels are shown to others"}
		}
	}
	return models.Signature{Inputs: declared(found.Inputs), Outputs: declared(found.Outputs)}, nil
}

func declared(all []wire.Value) []models.Tensor {
	var out []models.Tensor
	for _, d := range all {
		out = append(out, models.Tensor{Name: d.Name, Type: string(d.Type), Shape: d.Shape})
	}
	return out
}
