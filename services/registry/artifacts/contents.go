package artifacts

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/modelpackage"
	"github.com/keyhole-dev/keyhole/services/modelpackage/bpe"
	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
	"github.com/keyhole-dev/keyhole/services/registry/models"
)

// invalid is why an artifact cannot be opened. It is written for the artifact's owner.
type invalid struct{ problem string }

func (e *invalid) Error() string { return e.problem }

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

// fits checks that a run could use the artifact. It does not check models for tasks that do not
// run here.
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
	switch task {
	case modelpackage.TextRecognition:
		return nil
	case modelpackage.Embeddings:
		return c.fitsEncoders()
	}
	_, err := modelpackage.Recognise(task, settings, c.files[modelpackage.WeightsFile])
	return err
}

func (c *contents) fitsEncoders() error {
	if _, err := bpe.Parse(string(c.texts[modelpackage.MergesFile])); err != nil {
		return &invalid{modelpackage.MergesFile + " " + err.Error()}
	}
	for _, name := range []string{modelpackage.VisualFile, modelpackage.TextualFile} {
		if c.files[name] == nil {
			return &invalid{name + " is not an ONNX file"}
		}
	}
	_, err := modelpackage.RecogniseEncoders(c.files[modelpackage.VisualFile], c.files[modelpackage.TextualFile])
	return err
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
