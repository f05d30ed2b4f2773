package models_test

import (
	"image"
	"image/color"
	"os"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/models"
	"github.com/keyhole-dev/keyhole/services/runner/models/modeltest"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// photo is a picture from the shared folder.
func photo(tb testing.TB, name string) *value.Image {
	tb.Helper()
	data, err := os.ReadFile(testkit.Shared(tb, "photos/"+name))
	if err != nil {
		tb.Fatal(err)
	}
	img, err := value.DecodeImage(imaging.NewCodec(imaging.Limits{}), data, name)
	if err != nil {
		tb.Fatal(err)
	}
	return img
}

// page is a white picture with lines of text, horizontal or rotated.
func page(tb testing.TB, lines []string, scale float64) *value.Image {
	tb.Helper()
	fonts, err := imaging.NewFonts("")
	if err != nil {
		tb.Fatal(err)
	}
	style := imaging.Style{Scale: scale, Thickness: 1}
	step := int(60 * scale)
	img := image.NewRGBA(image.Rect(0, 0, 640, step*(len(lines)+1)))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for i, line := range lines {
		fonts.Draw(img, line, 40, step*(i+1), color.RGBA{20, 20, 40, 255}, style)
	}
	return value.NewImage(img, "page")
}

// line is a picture with one line of text.
func line(tb testing.TB, text string) *value.Image {
	tb.Helper()
	pixels, err := page(tb, []string{text}, 1).Pixels(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	return value.NewImage(imaging.Crop(pixels, image.Rect(32, 30, 240, 74)), "line")
}

func infer(tb testing.TB, r *models.Runner, ask engine.Inference) []*value.Detections {
	tb.Helper()
	results, err := r.Infer(tb.Context(), ask)
	if err != nil {
		tb.Fatal(err)
	}
	found := make([]*value.Detections, len(results))
	for i, v := range results {
		found[i] = v.(*value.Detections)
	}
	return found
}

// letters removes the spaces: this model, trained on Chinese, misses some.
func letters(text string) string { return strings.ReplaceAll(text, " ", "") }

func TestOCRReadsWhatTheTestHasWritten(t *testing.T) {
	t.Parallel()
	r := modeltest.Runner(t, modeltest.Real(t))
	lines := []string{"Keyhole shares workflows", "without any keys", "Total amount 1,234.50", "2026-11-23"}
	images := []*value.Image{page(t, lines, 1), page(t, lines[:1], 0.7), page(t, nil, 1)}
	found := infer(t, r, engine.Inference{Step: "ocr", Model: modeltest.OCR, Task: models.TextRecognition, Images: images})
	if got, want := letters(models.Text(found[0])), letters(strings.Join(lines, "\n")); got != want {
		t.Errorf("read %q, want %q", got, want)
	}
	if got := models.Text(found[1]); letters(got) != letters(lines[0]) {
		t.Errorf("read %q, want %q", got, lines[0])
	}
	if found[2].Len() != 0 {
		t.Errorf("read %q on an empty page", models.Text(found[2]))
	}
	for i, box := range found[0].XYXY {
		base := float64(60 * (i + 1))
		if box[1] > base-18 || box[1] < base-45 || box[3] < base-3 || box[3] > base+20 || box[0] < 15 || box[0] > 45 {
			t.Errorf("line %d, written at 40,%v, was found at %v", i, base, box)
		}
		if c := found[0].Confidence[i]; c < 0.8 || c > 1 {
			t.Errorf("line %d has confidence %v", i, c)
		}
	}
	if got := found[0].At(value.ColumnParentID, 0); got != "page" {
		t.Errorf("the lines are on %v, want them on the page", got)
	}
}

func TestOCRInParts(t *testing.T) {
	t.Parallel()
	r := modeltest.Runner(t, modeltest.Real(t))
	ask := engine.Inference{Step: "ocr", Model: modeltest.OCR, Task: models.TextRecognition}
	ask.Images = []*value.Image{page(t, []string{"first line", "second line"}, 1)}
	ask.Options = map[string]any{models.OptionTextRecognition: models.None}
	if found := infer(t, r, ask)[0]; found.Len() != 2 || found.Class(0) != "text" {
		t.Errorf("found %d boxes of class %q, want 2 of text", found.Len(), found.Class(0))
	}
	ask.Options = map[string]any{models.OptionTextDetection: models.None}
	ask.Images = []*value.Image{line(t, "Just one line")}
	if found := infer(t, r, ask)[0]; letters(models.Text(found)) != "Justoneline" {
		t.Errorf("read %q", models.Text(found))
	}
}

func TestOCROnPhotographs(t *testing.T) {
	t.Parallel()
	var images []*value.Image
	for _, name := range []string{"scenetext01.jpg", "scenetext03.jpg", "scenetext04.jpg"} {
		images = append(images, photo(t, name))
	}
	r := modeltest.Runner(t, modeltest.Real(t))
	found := infer(t, r, engine.Inference{Step: "ocr", Model: modeltest.OCR, Task: models.TextRecognition, Images: images})
	for i, want := range []string{"NOTICE\nDOUBLE\nPARKING\nPROHIBITED\nAT ALL TIMES", "copy centre", "GM 125"} {
		if got := models.Text(found[i]); !strings.Contains(got, want) {
			t.Errorf("%s: read %q, want %q in it", images[i].ID(), got, want)
		}
		t.Logf("%s: %q %v %v", images[i].ID(), models.Text(found[i]), found[i].XYXY, found[i].Confidence)
	}
}

// best returns the confidence of the most confident detection of a class.
func best(d *value.Detections, class string) (confidence float64, box value.Box) {
	for i := range d.Len() {
		if d.Class(i) == class && d.Confidence[i] > confidence {
			confidence, box = d.Confidence[i], d.XYXY[i]
		}
	}
	return confidence, box
}

// The detectors find on these photographs what the examples of the runtime find.
func TestDetectorsOnPhotographs(t *testing.T) {
	t.Parallel()
	const yoloxID = "demo/yolox/1"
	source := modeltest.Real(t)
	source[yoloxID] = testkit.Shared(t, "models/yolox_nano.onnx")
	r := modeltest.Runner(t, source)
	for _, want := range []struct {
		model, photo, class string
		confidence, within  float64
	}{
		{yoloxID, "coffee.png", "cup", 0.91, 0.02},
		{yoloxID, "coffee.png", "dining table", 0.73, 0.02},
		{yoloxID, "basketball1.png", "person", 0.88, 0.02},
		{yoloxID, "fruits.jpg", "orange", 0.64, 0.02},
		{modeltest.Objects, "coffee.png", "cup", 0.91, 0.02},
		{modeltest.Objects, "astronaut.png", "person", 0.72, 0.02},
		{modeltest.Objects, "basketball1.png", "person", 0.88, 0.02},
	} {
		ask := engine.Inference{Step: "detect", Model: want.model, Task: models.ObjectDetection, Images: []*value.Image{photo(t, want.photo)}}
		found := infer(t, r, ask)[0]
		got, box := best(found, want.class)
		t.Logf("%s on %s: %s %.3f at %v (%d found)", want.model, want.photo, want.class, got, box, found.Len())
		if got < want.confidence-want.within || got > want.confidence+want.within {
			t.Errorf("%s on %s: %s has %.3f, want %.2f", want.model, want.photo, want.class, got, want.confidence)
		}
	}
}
