package model_test

import (
	"context"
	"image"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/modelworker/workertest"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/visualization"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/models"
	"github.com/keyhole-dev/keyhole/services/runner/models/modeltest"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// detectAndDraw is the workflow of the benchmark.
const detectAndDraw = `{
 "version": "1.0",
 "inputs": [{"type": "InferenceImage", "name": "image"}],
 "steps": [
  {"type": "roboflow_core/roboflow_object_detection_model@v3", "name": "find", "images": "$inputs.image", "model_id": "demo/yolov8n/1"},
  {"type": "roboflow_core/bounding_box_visualization@v1", "name": "boxes", "image": "$inputs.image", "predictions": "$steps.find.predictions"}
 ],
 "outputs": [
  {"type": "JsonField", "name": "found", "selector": "$steps.find.predictions"},
  {"type": "JsonField", "name": "image", "selector": "$steps.boxes.image"}
 ]}`

// scene compresses like a photograph.
func scene(tb testing.TB, w, h int) []byte {
	tb.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			v := 128 + 80*math.Sin(float64(x)/17)*math.Cos(float64(y)/23) + float64(r.IntN(24))
			i := img.PixOffset(x, y)
			img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = uint8(v), uint8(255-v), uint8(v/2), 255
		}
	}
	data, err := imaging.NewCodec(imaging.Limits{}).EncodeJPEG(tb.Context(), img, 90)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// BenchmarkPhotograph compares a workflow on a photograph with the same work done by hand:
// decode, sample, run the model, draw a box, encode. The additional work of the workflow
// (base64 both ways, IDs, lineage) is its cost.
func BenchmarkPhotograph(b *testing.B) {
	for _, c := range []struct {
		name string
		data []byte
	}{{"100KB", scene(b, 800, 600)}, {"1MB", scene(b, 2400, 1800)}} {
		b.Run("alone_"+c.name, func(b *testing.B) { alone(b, c.data) })
		b.Run("workflow_"+c.name, func(b *testing.B) { throughBlocks(b, c.data) })
	}
}

func throughBlocks(b *testing.B, data []byte) {
	env, _ := newEnv(cached(b))
	w := compile(b, detectAndDraw)
	input := map[string]any{"image": picture(data)}
	run(b, w, env, input)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		run(b, w, env, input)
	}
}

// cached resolves models from memory, like a registry's client.
func cached(b *testing.B) *models.Runner {
	b.Helper()
	r := modeltest.Runner(b, modeltest.Real(b))
	artifact, err := r.Source.Resolve(b.Context(), modeltest.Objects)
	if err != nil {
		b.Fatal(err)
	}
	r.Source = fixed(artifact)
	return r
}

type fixed models.Artifact

func (f fixed) Resolve(context.Context, string) (models.Artifact, error) {
	return models.Artifact(f), nil
}

func alone(b *testing.B, data []byte) {
	pool, codec := workertest.Pool(b), imaging.NewCodec(imaging.Limits{})
	path := workertest.Fetched(b, ".tools/testdata/yolov8n.onnx")
	model := modelworker.Model{Key: path, Tenant: "demo", Open: workertest.Open(path)}
	tensor := imaging.Tensor{Width: 640, Height: 640, Scale: [3]float32{1. / 255, 1. / 255, 1. / 255}, Padding: 114}
	once := func() {
		pixels, err := codec.Decode(b.Context(), data)
		if err != nil {
			b.Fatal(err)
		}
		size := pixels.Bounds().Size()
		fit := imaging.NewFit(imaging.Letterbox, size.X, size.Y, 640, 640)
		input := modelworker.FillFloat32([]int64{1, 3, 640, 640}, func(data []float32) error { return tensor.Fill(data, pixels, fit) })
		if err := pool.Infer(b.Context(), model, []modelworker.Input{input}, func([]modelworker.Output) error { return nil }); err != nil {
			b.Fatal(err)
		}
		canvas := imaging.Copy(pixels)
		imaging.Box(canvas, [4]float64{50, 50, 300, 300}, canvas.RGBAAt(0, 0), 2, 0)
		if _, err := codec.EncodeJPEG(b.Context(), canvas, value.DefaultQuality); err != nil {
			b.Fatal(err)
		}
	}
	once()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		once()
	}
}

// BenchmarkLabels measures the drawing of labels only.
func BenchmarkLabels(b *testing.B) {
	img := value.NewImage(image.NewRGBA(image.Rect(0, 0, 640, 480)), "blank")
	d := &value.Detections{Data: map[string][]any{}}
	for i := range 10 {
		d.XYXY = append(d.XYXY, value.Box{float64(i * 40), 100, float64(i*40 + 100), 300})
		d.Confidence, d.ClassID = append(d.Confidence, 0.5), append(d.ClassID, int64(i))
		d.Data[value.ColumnClass] = append(d.Data[value.ColumnClass], "dining table")
	}
	step := engine.Step{Name: "labels"}
	block, err := visualization.Blocks()["roboflow_core/label_visualization@v1"](step)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := block.Run(b.Context(), blocktest.Call(&engine.Env{}, &step, map[string]any{"image": img, "predictions": d}, engine.Index{0})); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRead reads a page of eight lines.
func BenchmarkRead(b *testing.B) {
	env, _ := newEnv(modeltest.Runner(b, modeltest.Real(b)))
	w := compile(b, reading)
	input := map[string]any{"image": picture(page(b, "Keyhole", "shares workflows", "2026-11-23", "without keys", "five"))}
	run(b, w, env, input)
	for b.Loop() {
		run(b, w, env, input)
	}
}
