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
	"github.com/keyhole-dev/keyhole/services/modelpackage"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
	"github.com/keyhole-dev/keyhole/services/registry/models"
)

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

// Open opens every ONNX file of the artifact in a model worker, and checks that runs can use it
// for the task of its model. It writes the result to v. It returns an error only if the artifact
// is not to blame.
func (i *Inspector) Open(ctx context.Context, client fair.Client, file *os.File, task string, v *models.Version) error {
	found, err := i.inspect(ctx, client, file, v.Size)
	if err == nil {
		v.Signature = found.signature()
		err = found.fits(task)
	}
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
	v.State = registryv1.State_STATE_READY
	return nil
}

func clip(s string) string {
	if len(s) > 300 {
		return s[:300] + "..."
	}
	return s
}

func (i *Inspector) inspect(ctx context.Context, client fair.Client, file *os.File, size int64) (*contents, error) {
	magic := make([]byte, 4)
	if _, err := file.ReadAt(magic, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read upload: %w", err)
	}
	if string(magic) != "PK\x03\x04" {
		signature, err := i.inspectFile(ctx, client, file.Name())
		if err != nil {
			return nil, err
		}
		return &contents{first: signature, files: map[string]*wire.Signature{modelpackage.WeightsFile: signature}}, nil
	}
	archive, err := openArchive(file, size)
	if err != nil {
		return nil, err
	}
	return i.inspectPackage(ctx, client, archive, archivelimit.MaxUnpacked(size))
}
