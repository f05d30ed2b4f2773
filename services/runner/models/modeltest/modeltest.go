// Package modeltest gives tests a model runner over local files, with real workers.
package modeltest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/modelworker/workertest"
	"github.com/keyhole-dev/keyhole/services/runner/models"
)

// The IDs of the models that deploy/fetch downloads.
const (
	OCR     = "operator/pp-ocr-small/1"
	Objects = "demo/yolov8n/1"
)

// Files is a source of models: paths by ID.
type Files map[string]string

// Resolve implements models.Source. All files belong to one tenant.
func (f Files) Resolve(_ context.Context, id string) (models.Artifact, error) {
	path, ok := f[id]
	if !ok {
		return models.Artifact{}, errs.NotFound("there is no model %q", id).WithReason(errorsv1.Reason_REASON_MODEL_NOT_FOUND)
	}
	file, err := os.Open(path)
	if err != nil {
		return models.Artifact{}, err
	}
	defer func() { _ = file.Close() }()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return models.Artifact{}, err
	}
	return models.Artifact{ID: id, Tenant: "demo", SHA256: hex.EncodeToString(sum.Sum(nil)), Fetch: fetch(path)}, nil
}

func fetch(path string) func(context.Context, io.Writer) error {
	return func(_ context.Context, w io.Writer) error {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }()
		_, err = io.Copy(w, file)
		return err
	}
}

// Real returns the models that deploy/fetch downloads.
func Real(tb testing.TB) Files {
	tb.Helper()
	return Files{
		OCR:     workertest.Fetched(tb, "bin/models/pp-ocr.zip"),
		Objects: workertest.Fetched(tb, ".tools/testdata/yolov8n.onnx"),
	}
}

// Runner returns a runner of the models of a source.
func Runner(tb testing.TB, source models.Source, change ...func(*modelworker.Config)) *models.Runner {
	tb.Helper()
	store := models.NewStore(filepath.Join(tb.TempDir(), "models"), 1<<30)
	if err := store.Reset(); err != nil {
		tb.Fatal(fmt.Errorf("make the store of models: %w", err))
	}
	return &models.Runner{Source: source, Store: store, Pool: workertest.Pool(tb, change...)}
}
