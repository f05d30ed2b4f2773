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
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/modelpackage"
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

// contents are what an artifact holds: its ONNX files and its settings, by name.
type contents struct {
	files map[string]*wire.Signature
	texts map[string][]byte
	// first is the first ONNX file.
	first *wire.Signature
}

func (c *contents) signature() models.Signature {
	return models.Signature{Inputs: declared(c.first.Inputs), Outputs: declared(c.first.Outputs)}
}

// fits checks that a run could use the artifact. Models for other tasks than those that run here
// are kept as they are.
func (c *contents) fits(task string) error {
	settings, err := modelpackage.Read(func(name string) ([]byte, error) { return c.texts[name], nil })
	if err == nil && modelpackage.Known(task) {
		err = c.fitsTask(task, settings)
	}
	if problem, ok := errors.AsType[*errs.Error](err); ok {
		return &invalid{problem.Message()}
	}
	return err
}

func (c *contents) fitsTask(task string, settings *modelpackage.Settings) error {
	if settings.Task != "" && settings.Task != task {
		return &invalid{fmt.Sprintf("the package says that it is for %.60q, and its model is for %s; create a model with that task", settings.Task, task)}
	}
	for _, name := range modelpackage.Files(task) {
		if c.files[name] == nil && c.texts[name] == nil {
			return &invalid{fmt.Sprintf("the package for %s lacks %s", task, name)}
		}
	}
	if task == modelpackage.TextRecognition {
		return nil
	}
	_, err := modelpackage.Recognise(task, settings, c.files[modelpackage.WeightsFile])
	return err
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

func (i *Inspector) inspectFile(ctx context.Context, client fair.Client, name string) (*wire.Signature, error) {
	found, err := i.workers.Inspect(ctx, client, func() (*os.File, error) { return os.Open(name) })
	if err != nil {
		return nil, err
	}
	for _, text := range found.Metadata {
		if leak.Find(text) {
			return nil, &invalid{"the model's metadata holds what looks like a secret; its labels are shown to others"}
		}
	}
	return found, nil
}

func declared(all []wire.Value) []models.Tensor {
	var out []models.Tensor
	for _, d := range all {
		out = append(out, models.Tensor{Name: d.Name, Type: string(d.Type), Shape: d.Shape})
	}
	return out
}
