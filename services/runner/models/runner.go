package models

import (
	"context"

	"golang.org/x/sync/errgroup"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
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

// parallel is the number of pictures or lines of text in progress for one job. The pool of
// workers bounds the real concurrency.
const parallel = 4

// Infer returns *value.Detections for each picture, in coordinates of the picture.
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
	if ask.Task != pkg.Task {
		return nil, errs.FailedPrecondition(errorsv1.Reason_REASON_MODEL_FAILED,
			"model %q is for %s; step %q needs one for %s", artifact.ID, pkg.Task, ask.Step, ask.Task)
	}
	job := &job{pool: r.Pool, pkg: pkg, tenant: artifact.Tenant, client: fair.From(ctx), options: ask.Options}
	found, err := job.run(ctx, ask.Task, ask.Images)
	if err != nil {
		return nil, failed(artifact.ID, err)
	}
	results := make([]any, len(found))
	for i, d := range found {
		results[i] = d.Place(ask.Images[i])
	}
	return results, nil
}

// job is one call of a model on all pictures of a batch.
type job struct {
	pool    *modelworker.Pool
	pkg     *Package
	tenant  string
	client  fair.Client
	options map[string]any
}

func (j *job) run(ctx context.Context, task string, images []*value.Image) ([]*value.Detections, error) {
	switch task {
	case ObjectDetection:
		return j.detect(ctx, images)
	case TextRecognition:
		return j.read(ctx, images)
	}
	return nil, errs.FailedPrecondition(errorsv1.Reason_REASON_MODEL_FAILED, "models for %s cannot run here; use one for %s or %s", task, ObjectDetection, TextRecognition)
}

// each calls do for every index, up to parallel at a time.
func each(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	if n == 1 {
		return do(ctx, 0)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for i := range n {
		group.Go(func() (err error) {
			// The outputs of hostile models are decoded on these goroutines, and an
			// unrecovered panic would end the runs of all clients.
			defer errs.Recover(&err)
			return do(ctx, i)
		})
	}
	return group.Wait()
}
