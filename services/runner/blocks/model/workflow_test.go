package model_test

import (
	"encoding/base64"
	"image/color"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/models/modeltest"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

// reading is the demo: it reads the text in a picture, keeps confident results, and draws
// them.
const reading = `{
 "version": "1.0",
 "inputs": [{"type": "InferenceImage", "name": "image"}],
 "steps": [
  {"type": "roboflow_core/pp_ocr@v1", "name": "ocr", "images": "$inputs.image"},
  {"type": "roboflow_core/detections_filter@v1", "name": "sure", "predictions": "$steps.ocr.predictions",
   "operations": [{"type": "DetectionsFilter", "filter_operation": {"type": "StatementGroup", "statements": [
    {"type": "BinaryStatement",
     "left_operand": {"type": "DynamicOperand", "operations": [{"type": "ExtractDetectionProperty", "property_name": "confidence"}]},
     "comparator": {"type": "(Number) >="}, "right_operand": {"type": "StaticOperand", "value": 0.6}}]}}]},
  {"type": "roboflow_core/bounding_box_visualization@v1", "name": "boxes", "image": "$inputs.image", "predictions": "$steps.sure.predictions"},
  {"type": "roboflow_core/label_visualization@v1", "name": "labels", "image": "$steps.boxes.image", "predictions": "$steps.sure.predictions", "text_scale": 0.5, "text_padding": 4}
 ],
 "outputs": [
  {"type": "JsonField", "name": "text", "selector": "$steps.ocr.result"},
  {"type": "JsonField", "name": "kind", "selector": "$steps.ocr.prediction_type"},
  {"type": "JsonField", "name": "predictions", "selector": "$steps.sure.predictions"},
  {"type": "JsonField", "name": "image", "selector": "$steps.labels.image"}
 ]}`

func TestReadFilterDraw(t *testing.T) {
	t.Parallel()
	env, meter := newEnv(modeltest.Runner(t, modeltest.Real(t)))
	w := compile(t, reading)
	results := run(t, w, env, map[string]any{"image": []any{picture(page(t, "KEYHOLE", "2026-11-23")), picture(page(t))}})
	if len(results) != 2 {
		t.Fatalf("%d results for two pictures", len(results))
	}
	got := results[0]
	if got["text"] != "KEYHOLE\n2026-11-23" || got["kind"] != "ocr" || results[1]["text"] != "" {
		t.Errorf("read %q (%v) and %q", got["text"], got["kind"], results[1]["text"])
	}
	rows := got["predictions"].(map[string]any)["predictions"].([]any)
	if len(rows) != 2 {
		t.Fatalf("%d lines were found", len(rows))
	}
	row := rows[0].(map[string]any)
	if row["class"] != "KEYHOLE" || row["confidence"].(float64) < 0.9 || row["detection_id"] == "" {
		t.Errorf("the first line is %v", row)
	}
	drawn := pixelsOf(t, got["image"])
	x, y := int(row["x"].(float64)-row["width"].(float64)/2), int(row["y"].(float64))
	if c := drawn(x, y); !near(c, color.RGBA{0xa3, 0x51, 0xfb, 255}) {
		t.Errorf("at %d,%d, on the box, the picture is %v", x, y, c)
	}
	if c := drawn(600, 400); !near(c, color.RGBA{255, 255, 255, 255}) {
		t.Errorf("far from the text the picture is %v", c)
	}
	if len(meter.uses) != 1 || meter.uses[0].Images != 2 || meter.uses[0].Model != modeltest.OCR || meter.uses[0].Step != "ocr" {
		t.Errorf("charged were %+v", meter.uses)
	}
}

// pixelsOf decodes a picture in a result.
func pixelsOf(t *testing.T, output any) func(x, y int) color.RGBA {
	t.Helper()
	data, err := base64.StdEncoding.DecodeString(output.(map[string]any)["value"].(string))
	if err != nil {
		t.Fatal(err)
	}
	pixels, err := imaging.NewCodec(imaging.Limits{}).Decode(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	return imaging.Copy(pixels).RGBAAt
}

// near tolerates the artefacts of JPEG at edges.
func near(a, b color.RGBA) bool {
	far := func(x, y uint8) bool { return max(x, y)-min(x, y) > 60 }
	return !far(a.R, b.R) && !far(a.G, b.G) && !far(a.B, b.B)
}

// detecting crops what a detector finds, and looks at each crop again.
const detecting = `{
 "version": "1.0",
 "inputs": [{"type": "InferenceImage", "name": "image"}, {"type": "InferenceParameter", "name": "classes"}],
 "steps": [
  {"type": "roboflow_core/roboflow_object_detection_model@v3", "name": "find", "images": "$inputs.image", "model_id": "demo/yolov8n/1", "class_filter": "$inputs.classes"},
  {"type": "roboflow_core/dynamic_crop@v1", "name": "crop", "images": "$inputs.image", "predictions": "$steps.find.predictions"},
  {"type": "roboflow_core/roboflow_object_detection_model@v1", "name": "again", "images": "$steps.crop.crops", "model_id": "demo/yolov8n/1", "confidence": 0.3}
 ],
 "outputs": [
  {"type": "JsonField", "name": "found", "selector": "$steps.find.predictions"},
  {"type": "JsonField", "name": "model", "selector": "$steps.find.model_id"},
  {"type": "JsonField", "name": "again", "selector": "$steps.again.predictions"},
  {"type": "JsonField", "name": "own", "selector": "$steps.again.predictions", "coordinates_system": "own"}
 ]}`

func TestDetectCropDetect(t *testing.T) {
	t.Parallel()
	img := photo(t, "coffee.png")
	env, meter := newEnv(modeltest.Runner(t, modeltest.Real(t)))
	w := compile(t, detecting)
	got := run(t, w, env, map[string]any{"image": picture(img.Encoded()), "classes": []any{"cup"}})[0]
	rows := got["found"].(map[string]any)["predictions"].([]any)
	if len(rows) != 1 || got["model"] != "demo/yolov8n/1" {
		t.Fatalf("found %v with %v", rows, got["model"])
	}
	cup := rows[0].(map[string]any)
	if cup["class"] != "cup" || cup["class_id"] != int64(41) {
		t.Errorf("found %v", cup)
	}
	crops := got["again"].([]any)
	inParent, inCrop := firstOf(t, crops[0], "cup"), firstOf(t, got["own"].([]any)[0], "cup")
	left, top := cup["x"].(float64)-cup["width"].(float64)/2, cup["y"].(float64)-cup["height"].(float64)/2
	if diff := cmp.Diff(inCrop["x"].(float64)+left, inParent["x"]); diff != "" {
		t.Errorf("x on the crop and on the picture differ by more than the crop's place:\n%s", diff)
	}
	if diff := cmp.Diff(inCrop["y"].(float64)+top, inParent["y"]); diff != "" {
		t.Errorf("y on the crop and on the picture differ by more than the crop's place:\n%s", diff)
	}
	if len(meter.uses) != 2 {
		t.Errorf("charged were %+v", meter.uses)
	}
}

func firstOf(t *testing.T, output any, class string) map[string]any {
	t.Helper()
	for _, row := range output.(map[string]any)["predictions"].([]any) {
		if row := row.(map[string]any); row["class"] == class {
			return row
		}
	}
	t.Fatalf("there is no %s in %v", class, output)
	return nil
}

func TestAModelForAnotherTaskIsRefusedByName(t *testing.T) {
	t.Parallel()
	env, meter := newEnv(modeltest.Runner(t, modeltest.Real(t)))
	images, indices := batch(decoded(t, page(t, "x"), "p"))
	for id, want := range map[string]string{
		modeltest.OCR:  "is for text-recognition",
		"demo/other/1": `no model "demo/other/1"`,
		"":             "model_id must be",
	} {
		_, err := call(t.Context(), t, env, "roboflow_object_detection_model@v1", map[string]any{"images": images, "model_id": id, "confidence": 0.4}, indices...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("model %q: %v", id, err)
		}
	}
	if len(meter.uses) != 0 {
		t.Errorf("charged were %+v", meter.uses)
	}
}

func TestOCRInTwoSizes(t *testing.T) {
	t.Parallel()
	source := modeltest.Real(t)
	source["operator/pp-ocr-tiny/1"] = source[modeltest.OCR]
	env, meter := newEnv(modeltest.Runner(t, source))
	two := strings.Replace(reading, `"images": "$inputs.image"}`, `"images": "$inputs.image", "text_detection": "tiny"}`, 1)
	got := run(t, compile(t, two), env, map[string]any{"image": picture(page(t, "KEYHOLE", "2026-11-23"))})[0]
	if got["text"] != "KEYHOLE\n2026-11-23" {
		t.Errorf("read %q", got["text"])
	}
	if len(meter.uses) != 2 || meter.uses[0].Model != "operator/pp-ocr-tiny/1" || meter.uses[1].Images != 2 {
		t.Errorf("charged were %+v", meter.uses)
	}
}

// A block that cannot name a model uses the standard reader, which :inspect reports.
func TestOCRModelReadsWithTheStandardReader(t *testing.T) {
	t.Parallel()
	source := modeltest.Real(t)
	source["pp-ocr-small/1"] = source[modeltest.OCR]
	env, meter := newEnv(modeltest.Runner(t, source))
	definition := strings.NewReplacer("BLOCK", "ocr_model@v1", `, "model_id": "MODEL" MORE`, "").Replace(classifying)
	got := run(t, compile(t, definition), env, map[string]any{"image": picture(page(t, "KEYHOLE"))})[0]["out"].(map[string]any)
	if got["result"] != "KEYHOLE" || got["prediction_type"] != "ocr" {
		t.Errorf("read %v", got)
	}
	if len(meter.uses) != 1 || meter.uses[0].Model != "pp-ocr-small/1" {
		t.Errorf("charged were %+v", meter.uses)
	}
	p, _, _ := plan.Load([]byte(definition), manifest.Core())
	if known := inspect.Inspect(p).Models; len(known) != 1 || known[0].ID != "pp-ocr-small/1" {
		t.Errorf(":inspect knows of %+v", known)
	}
}

func TestWithoutModelsTheBlockIsRefused(t *testing.T) {
	t.Parallel()
	env, _ := newEnv(nil)
	env.Models = nil
	images, indices := batch(decoded(t, page(t, "x"), "p"))
	if _, err := call(t.Context(), t, env, "pp_ocr@v1", map[string]any{"images": images}, indices...); err == nil {
		t.Error("a run without models ran one")
	}
}
