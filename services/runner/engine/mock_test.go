package engine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/jpeg"
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/models"
	"github.com/keyhole-dev/keyhole/services/workflow/conformance"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// mocks replace models: each picture of a step takes the next prediction that the case has
// for the step.
type mocks struct {
	mu    sync.Mutex
	steps map[string][]any
}

func newMocks(raw map[string]json.RawMessage) *mocks {
	m := &mocks{steps: map[string][]any{}}
	for name, predictions := range raw {
		read, err := value.Decode(predictions)
		if list, ok := read.([]any); ok && err == nil {
			m.steps[strings.ReplaceAll(name, "/", "__")] = list // a step of an inner workflow
		}
	}
	return m
}

func contextOf(*mocks) context.Context { return context.Background() }

// Infer takes predictions in order; the last one repeats.
func (m *mocks) Infer(ctx context.Context, ask engine.Inference) ([]any, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]any, len(ask.Images))
	for i, picture := range ask.Images {
		list := m.steps[ask.Step]
		if len(list) == 0 {
			return nil, conformance.Skip("has a model step without mocked predictions: " + ask.Step)
		}
		if len(list) > 1 {
			m.steps[ask.Step] = list[1:]
		}
		made, err := predicted(ctx, list[0], picture)
		if err != nil {
			return nil, err
		}
		if ask.Task == models.Classification {
			made = classes(made.(map[string]any))
		}
		out[i] = made
	}
	return out, nil
}

// predicted parses one entry: boxes for a detector, or a classification.
func predicted(ctx context.Context, entry any, picture *value.Image) (any, error) {
	size := map[string]any{"width": int64(picture.Width()), "height": int64(picture.Height())}
	reader := value.Reader{NewID: numbered()}
	if boxes, ok := entry.([]any); ok {
		object := map[string]any{"image": size, "predictions": boxes}
		read, err := reader.Read(ctx, object, []string{"object_detection_prediction"}, picture.ID())
		if err != nil {
			return nil, err
		}
		return read.(*value.Detections).Place(picture), nil
	}
	object := maps.Clone(entry.(map[string]any))
	object["image"] = size
	return reader.Read(ctx, object, []string{"classification_prediction"}, picture.ID())
}

// classes is a classification as the model behind the shipped block gives it. A class that
// the case does not list stays below any threshold.
func classes(prediction map[string]any) *models.Classes {
	out := &models.Classes{}
	listed, _ := prediction["predictions"].([]any)
	for _, item := range listed {
		row := item.(map[string]any)
		id := number(row["class_id"])
		for len(out.Names) <= id {
			out.Names, out.Confidence = append(out.Names, ""), append(out.Confidence, -1)
		}
		confidence, _ := value.Float(row["confidence"])
		out.Names[id], out.Confidence[id] = value.Text(row["class"]), float32(confidence)
	}
	return out
}

// blocks are model blocks that use the mocks.
func (m *mocks) blocks() engine.Registry {
	registry := engine.Registry{}
	for _, version := range []string{"v1", "v2", "v3"} {
		for _, task := range []string{"object_detection", "classification"} {
			registry["roboflow_core/roboflow_"+task+"_model@"+version] = func(s engine.Step) (engine.Block, error) {
				return engine.BlockFunc(runModel), nil
			}
		}
	}
	return registry
}

func runModel(ctx context.Context, call *engine.Call) (engine.Result, error) {
	batch := call.Batch("images")
	pictures := make([]*value.Image, batch.Len())
	for i := range pictures {
		pictures[i] = batch.Values[i].(*value.Image)
	}
	predictions, err := call.Models.Infer(ctx, engine.Inference{Step: call.Step.Name, Images: pictures})
	if err != nil {
		return engine.None(), err
	}
	return answers(predictions, call), nil
}

func answers(predictions []any, call *engine.Call) engine.Result {
	items := make([]engine.Result, len(predictions))
	for i := range items {
		items[i] = engine.One(engine.Outputs{"predictions": predictions[i], "inference_id": "mocked", "model_id": call.Arg("model_id")})
	}
	return engine.Many(items)
}

// catalogue is the built-in one with the manifests of the bystanders.
func catalogue(t *testing.T) *manifest.Catalogue {
	t.Helper()
	manifests, err := manifest.Read([]byte(bystanderManifests))
	if err != nil {
		t.Fatal(err)
	}
	core := manifest.Core()
	var missing []*manifest.Manifest
	for _, m := range manifests {
		if _, known := core.Find(m.Type); !known {
			missing = append(missing, m)
		}
	}
	return core.With(missing...)
}

// codec is the standard library's JPEG.
type codec struct{}

func (codec) Size(encoded []byte) (width, height int, err error) {
	config, err := jpeg.DecodeConfig(bytes.NewReader(encoded))
	return config.Width, config.Height, err
}

func (codec) Decode(_ context.Context, encoded []byte) (image.Image, error) {
	return jpeg.Decode(bytes.NewReader(encoded))
}

func (codec) Publish(encoded []byte) []byte { return encoded }

func (codec) EncodeJPEG(_ context.Context, pixels image.Image, quality int) ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, pixels, &jpeg.Options{Quality: quality})
	return b.Bytes(), err
}
