package bench

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/deploy/demo"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/models"
	"github.com/keyhole-dev/keyhole/services/runner/models/modeltest"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// photoWorkflow runs a detector and draws its detections.
const photoWorkflow = `{
 "version": "1.0",
 "inputs": [{"type": "WorkflowImage", "name": "image"}],
 "steps": [
  {"type": %q, "name": "find", "images": "$inputs.image", "model_id": "bench/%s/1"},
  {"type": "roboflow_core/bounding_box_visualization@v1", "name": "boxes", "image": "$inputs.image", "predictions": "$steps.find.predictions"},
  {"type": "roboflow_core/label_visualization@v1", "name": "labels", "image": "$steps.boxes.image", "predictions": "$steps.find.predictions"}
 ],
 "outputs": [
  {"type": "JsonField", "name": "found", "selector": "$steps.find.predictions"},
  {"type": "JsonField", "name": "picture", "selector": "$steps.labels.image"}
 ]}`

// BenchmarkPhotograph compares a shared run on a photograph over HTTP, one at a time and on
// all connections at the same time, with the same work by hand in this process, with the same
// concurrency: decode, prepare, ONNX Runtime in a worker with the same threads, read the
// detections, draw, encode.
func BenchmarkPhotograph(b *testing.B) {
	s := newHarness(b)
	found := modeltest.Real(b)
	alone := modeltest.Runner(b, found)
	fonts, err := imaging.NewFonts("")
	must(b, err)
	for _, model := range []struct{ name, id, step, task, register string }{
		{"pp-ocr", modeltest.OCR, "roboflow_core/pp_ocr@v1", models.TextRecognition, "text-recognition"},
		{"yolov8n", modeltest.Objects, "roboflow_core/roboflow_object_detection_model@v3", models.ObjectDetection, "object-detection"},
	} {
		s.model(b, model.name, model.register, found[model.id])
		path := s.share(b, model.name, fmt.Sprintf(photoWorkflow, model.step, model.name), object{
			"title": "bench", "runAccess": "RUN_ACCESS_OWNER",
			"limits": metered["limits"],
		}) + ":run"
		hand := &byHand{fonts: fonts, models: fixed(b, alone, model.id), ask: engine.Inference{Model: model.id, Task: model.task}}
		for _, size := range []struct {
			name string
			data []byte
		}{{"54KB", demo.Photo}, {"1MB", large(b)}} {
			b.Run(model.name+"/"+size.name, func(b *testing.B) { s.photograph(b, path, hand, size.data) })
			b.Run(model.name+"/"+size.name+"/16", func(b *testing.B) { s.photographs(b, path, hand, size.data) })
		}
	}
}

// model registers a private model in the owner's workspace.
func (s *harness) model(tb testing.TB, id, task, file string) {
	tb.Helper()
	parent := "/v1/workspaces/bench/models"
	must(tb, s.owner.Do(tb.Context(), http.MethodPost, parent, url.Values{"modelId": {id}},
		object{"title": id, "task": task, "visibility": "VISIBILITY_PRIVATE"}, nil))
	var version struct{ Name string }
	must(tb, s.owner.Do(tb.Context(), http.MethodPost, parent+"/"+id+"/versions", nil, object{}, &version))
	must(tb, s.owner.Upload(tb.Context(), "/v1/"+version.Name+"/artifact", file, nil, &version))
}

// show returns a load of runs on a photograph.
func (s *harness) show(b *testing.B, path string, photo []byte) *load {
	b.Helper()
	body, err := json.Marshal(object{"inputs": object{"image": object{"type": "base64", "value": base64.StdEncoding.EncodeToString(photo)}}})
	must(b, err)
	return newLoad(b, s.addr, http.MethodPost, path, s.visitor, body)
}

// photographs alternates turns with one run on each connection, and compares the medians of
// their durations.
func (s *harness) photographs(b *testing.B, path string, hand *byHand, photo []byte) {
	l := s.show(b, path, photo)
	var us, them []time.Duration
	for range 3 {
		us = append(us, l.times(b, connections).took)
		start := time.Now()
		var all sync.WaitGroup
		for range connections {
			all.Go(func() { hand.once(b, photo) })
		}
		all.Wait()
		them = append(them, time.Since(start))
	}
	slices.Sort(us)
	slices.Sort(them)
	b.ReportMetric(milliseconds(us[1])/connections, "ms/run")
	b.ReportMetric(milliseconds(them[1])/connections, "alone-ms/run")
	b.ReportMetric(float64(us[1])/float64(them[1]), "ratio")
	b.ReportMetric(0, "ns/op")
}

// photograph alternates single runs, and compares the medians.
func (s *harness) photograph(b *testing.B, path string, hand *byHand, photo []byte) {
	l := s.show(b, path, photo)
	conn := l.conns[0]
	shared := func() { must(b, conn.once(l.request)) }
	var us, them []time.Duration
	for i := range 25 {
		start := time.Now()
		shared()
		between := time.Now()
		hand.once(b, photo)
		if i >= 3 { // the first run loads the model and is not measured
			us, them = append(us, between.Sub(start)), append(them, time.Since(between))
		}
	}
	slices.Sort(us)
	slices.Sort(them)
	mid := len(us) / 2
	b.ReportMetric(milliseconds(us[mid]), "ms")
	b.ReportMetric(milliseconds(them[mid]), "alone-ms")
	b.ReportMetric(float64(us[mid])/float64(them[mid]), "ratio")
	b.ReportMetric(0, "ns/op")
}

// byHand does the same work without anything around it.
type byHand struct {
	fonts  *imaging.Fonts
	models *models.Runner
	ask    engine.Inference
}

func (h *byHand) once(tb testing.TB, photo []byte) {
	tb.Helper()
	codec := imaging.NewCodec(imaging.Limits{})
	pixels, err := codec.Decode(tb.Context(), photo)
	must(tb, err)
	ask := h.ask
	ask.Images = []*value.Image{value.NewImage(pixels, "photo")}
	answers, err := h.models.Infer(tb.Context(), ask)
	must(tb, err)
	found, ok := answers[0].(*value.Detections)
	if !ok || found.Len() == 0 {
		tb.Fatal("nothing was found on the photograph")
	}
	canvas := imaging.Copy(pixels)
	h.mark(tb, canvas, found)
	_, err = codec.EncodeJPEG(tb.Context(), canvas, value.DefaultQuality)
	must(tb, err)
}

// mark draws a box and a label for each detection.
func (h *byHand) mark(tb testing.TB, canvas *image.RGBA, found *value.Detections) {
	tb.Helper()
	palette, _ := imaging.NewPalette("DEFAULT", 10)
	white, style := palette.At(1), imaging.Style{Scale: 1, Thickness: 1}
	for i, box := range found.XYXY {
		imaging.Box(canvas, box, palette.At(i), 2, 0)
		w, height := h.fonts.Measure(found.Class(i), style)
		at := image.Pt(int(box[0]), int(box[1]))
		imaging.Plate(canvas, image.Rectangle{Min: at, Max: at.Add(image.Pt(w+20, height+20))}, palette.At(i), 0)
		h.fonts.Draw(canvas, found.Class(i), at.X+10, at.Y+height+10, white, style)
	}
}

// fixed knows the model's checksum, like the running services.
func fixed(tb testing.TB, r *models.Runner, id string) *models.Runner {
	tb.Helper()
	artifact, err := r.Source.Resolve(tb.Context(), id)
	must(tb, err)
	return &models.Runner{Source: known(artifact), Store: r.Store, Pool: r.Pool}
}

// large is four copies of the photograph with noise, 1 MB.
func large(tb testing.TB) []byte {
	tb.Helper()
	one, err := jpeg.Decode(bytes.NewReader(demo.Photo))
	must(tb, err)
	size := one.Bounds().Size()
	all := image.NewRGBA(image.Rectangle{Max: size.Mul(2)})
	for i := range 4 {
		at := image.Pt(i%2*size.X, i/2*size.Y)
		draw.Draw(all, image.Rectangle{Min: at, Max: at.Add(size)}, one, image.Point{}, draw.Src)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range all.Pix {
		if i%4 != 3 {
			all.Pix[i] = uint8(max(0, min(255, int(all.Pix[i])+r.IntN(17)-8)))
		}
	}
	var out bytes.Buffer
	for quality := 70; out.Len() < 1_000_000 && quality <= 100; quality += 3 {
		out.Reset()
		must(tb, jpeg.Encode(&out, all, &jpeg.Options{Quality: quality}))
	}
	return out.Bytes()
}
