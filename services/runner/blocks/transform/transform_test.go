package transform_test

import (
	"image"
	"image/color"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/transform"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// run runs one step on a picture and detections.
func run(t *testing.T, step string, given map[string]any, selector string) []map[string]any {
	t.Helper()
	definition := `{"version": "1.3.0", "inputs": [{"type": "WorkflowImage", "name": "image"},
	  {"type": "WorkflowBatchInput", "name": "found", "kind": ["object_detection_prediction"]},
	  {"type": "WorkflowParameter", "name": "classes"}], "steps": [` + step + `],
	  "outputs": [{"type": "JsonField", "name": "out", "selector": "` + selector + `", "coordinates_system": "own"}]}`
	p, _, problems := plan.Load([]byte(definition), manifest.Core())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	w, err := engine.Compile(p, transform.Blocks())
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.Run(t.Context(), engine.Request{Inputs: given})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func found(boxes ...value.Box) *value.Detections {
	d := &value.Detections{Data: map[string][]any{value.ColumnID: {}, value.ColumnClass: {}}}
	for i, box := range boxes {
		d.XYXY = append(d.XYXY, box)
		d.Confidence = append(d.Confidence, 0.1*float64(i+1))
		d.ClassID = append(d.ClassID, int64(i))
		d.Data[value.ColumnID] = append(d.Data[value.ColumnID], string(rune('a'+i)))
		d.Data[value.ColumnClass] = append(d.Data[value.ColumnClass], []any{"dog", "cat"}[i%2])
	}
	return d
}

func TestFilterTakesParametersOfEachPictureOrOfAll(t *testing.T) {
	t.Parallel()
	step := `{"type": "DetectionsFilter", "name": "f", "predictions": "$inputs.found", "operations_parameters": {"classes": "$inputs.classes"},
	  "operations": [{"type": "DetectionsFilter", "filter_operation": {"type": "StatementGroup", "statements": [{"type": "BinaryStatement",
	    "left_operand": {"type": "DynamicOperand", "operations": [{"type": "ExtractDetectionProperty", "property_name": "class_name"}]},
	    "comparator": {"type": "in (Sequence)"}, "right_operand": {"type": "DynamicOperand", "operand_name": "classes"}}]}}]}`
	picture := value.NewImage(image.NewGray(image.Rect(0, 0, 9, 9)), "p")
	box := value.Box{0, 0, 1, 1}
	got := run(t, step, map[string]any{
		"image": []any{picture, picture}, "found": []any{found(box, box, box), found(box)}, "classes": []any{"cat"},
	}, "$steps.f.predictions")
	for i, want := range []int{1, 0} {
		if d := got[i]["out"].(*value.Detections); d.Len() != want {
			t.Errorf("picture %d: %d detections, want %d", i, d.Len(), want)
		}
	}
}

func TestCrop(t *testing.T) {
	t.Parallel()
	canvas := image.NewRGBA(image.Rect(0, 0, 100, 50))
	canvas.SetRGBA(10, 20, color.RGBA{R: 255, A: 255})
	given := map[string]any{
		"image": value.NewImage(canvas, "root"),
		"found": found(value.Box{9.6, 20.4, 30.5, 40}, value.Box{-20, -20, 5, 5}, value.Box{200, 200, 300, 300}, value.Box{math.NaN(), 0, 1, 1}),
	}
	crops := run(t, `{"type": "Crop", "name": "c", "image": "$inputs.image", "predictions": "$inputs.found"}`, given, "$steps.c.*")[0]["out"].([]any)
	if len(crops) != 4 {
		t.Fatalf("%d crops", len(crops))
	}
	first := crops[0].(map[string]any)
	crop := first["crops"].(*value.Image)
	want := value.Origin{ID: "a", X: 10, Y: 20, Width: 100, Height: 50}
	if crop.Width() != 20 || crop.Height() != 20 || crop.Parent() != want || crop.Root().ID != "root" {
		t.Errorf("got %dx%d of %+v", crop.Width(), crop.Height(), crop.Parent())
	}
	pixels, err := crop.Pixels(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	at := pixels.Bounds().Min
	if r, _, _, _ := pixels.At(at.X, at.Y).RGBA(); r != 0xffff {
		t.Error("the crop does not begin at the detection's corner")
	}
	own := first["predictions"].(*value.Detections)
	// As in the reference, they stay in the crop's coordinates when they leave the workflow.
	if diff := cmp.Diff([]value.Box{{-0.4, 0.4, 20.5, 20}}, own.InRoot().XYXY, cmp.Comparer(near)); diff != "" {
		t.Error(diff)
	}
	if cut := crops[1].(map[string]any)["crops"].(*value.Image); cut.Width() != 5 || cut.Parent().X != 0 {
		t.Errorf("the crop at the edge is %d wide, at %d", cut.Width(), cut.Parent().X)
	}
	for _, i := range []int{2, 3} {
		if diff := cmp.Diff(map[string]any{"crops": nil, "predictions": nil}, crops[i]); diff != "" {
			t.Errorf("crop %d has nothing inside: %s", i, diff)
		}
	}
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

func TestCropFadesWhatTheMaskDoesNotCover(t *testing.T) {
	t.Parallel()
	d := found(value.Box{0, 0, 2, 1})
	mask := value.NewMask(4, 4, image.Rect(0, 0, 1, 1))
	mask.Set(0, 0)
	d.Masks = []*value.Mask{mask}
	given := map[string]any{"image": value.NewImage(image.NewGray(image.Rect(0, 0, 4, 4)), "root"), "found": d}
	step := `{"type": "Crop", "name": "c", "image": "$inputs.image", "predictions": "$inputs.found", "mask_opacity": 0.5, "background_color": "#ff0080"}`
	crop := run(t, step, given, "$steps.c.crops")[0]["out"].([]any)[0].(*value.Image)
	pixels, err := crop.Pixels(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := []color.Color{pixels.At(0, 0), pixels.At(1, 0)}
	want := []color.Color{color.RGBA{A: 255}, color.RGBA{R: 128, B: 64, A: 255}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
