package models

import (
	"cmp"
	"context"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/modelpackage"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Runner runs models for one run. All runs share the store and the workers; the source
// belongs to the run.
type Runner struct {
	Source Source
	Store  *Store
	Pool   *modelworker.Pool
}

var _ engine.Models = (*Runner)(nil)

// Infer returns *Classes for each picture from a classifier, *Depth from a model for
// depth, an Embedding for each picture and
// each text from encoders, and *value.Detections in coordinates of the picture from any other
// model.
func (r *Runner) Infer(ctx context.Context, ask engine.Inference) ([]any, error) {
	artifact, err := r.Source.Resolve(ctx, ask.Model)
	if err != nil {
		return nil, err
	}
	pkg, release, err := r.Store.Open(ctx, artifact)
	if err != nil {
		return nil, err
	}
	defer release()
	if task := taskOf(pkg, artifact); ask.Task != task {
		return nil, errs.FailedPrecondition(errorsv1.Reason_REASON_MODEL_FAILED,
			"model %q is for %s; step %q needs one for %s", artifact.ID, task, ask.Step, ask.Task)
	}
	if err := pkg.complete(ask.Task); err != nil {
		return nil, err
	}
	job := &job{pool: r.Pool, pkg: pkg, task: ask.Task, tenant: artifact.Tenant, client: fair.From(ctx), options: ask.Options}
	answers, err := job.run(ctx, ask.Images, ask.Texts)
	if err != nil {
		return nil, failed(artifact.ID, err)
	}
	return answers, nil
}

// taskOf returns the task that the package states, or else that of the model, or else
// detection.
func taskOf(pkg *Package, artifact Artifact) string {
	task := cmp.Or(pkg.Task, artifact.Task)
	if task == "" || pkg.Task == "" && !modelpackage.Known(task) {
		return ObjectDetection
	}
	return task
}

func (j *job) run(ctx context.Context, images []*value.Image, texts []string) ([]any, error) {
	switch j.task {
	case ObjectDetection:
		return j.placed(images)(j.detect(ctx, images))
	case InstanceSegmentation:
		return j.placed(images)(j.outline(ctx, images))
	case KeypointDetection:
		return j.placed(images)(j.pose(ctx, images))
	case SemanticSegmentation:
		return j.placed(images)(j.divide(ctx, images))
	case TextRecognition:
		return j.placed(images)(j.read(ctx, images))
	case Classification, MultiLabel:
		return j.classify(ctx, images)
	case DepthEstimation:
		return j.measure(ctx, images)
	case Embeddings:
		return j.embed(ctx, images, texts)
	}
	return nil, errs.FailedPrecondition(errorsv1.Reason_REASON_MODEL_FAILED, "models for %s are not supported", j.task)
}

// placed puts detections on their pictures. Detections on a part of a picture are moved to
// the position of the part.
func (j *job) placed(images []*value.Image) func([]*value.Detections, error) ([]any, error) {
	return func(found []*value.Detections, err error) ([]any, error) {
		if err != nil {
			return nil, err
		}
		answers := make([]any, len(found))
		for i, d := range found {
			w, h := images[i].Width(), images[i].Height()
			if part := partOf(j.partSettings(), w, h); part.Dx() < w || part.Dy() < h {
				d = d.Move(float64(part.Min.X), float64(part.Min.Y), w, h)
			}
			answers[i] = d.Place(images[i])
		}
		return answers, nil
	}
}
