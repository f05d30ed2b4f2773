package visualization_test

import (
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"math"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/visualization"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

const (
	colors  = "color_visualization@v1"
	boxes   = "bounding_box_visualization@v1"
	labels  = "label_visualization@v1"
	labels2 = "label_visualization@v2"
)

func blank(w, h int) *value.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	return value.NewImage(img, "blank")
}

func found(boxes ...value.Box) *value.Detections {
	d := &value.Detections{XYXY: boxes, Data: map[string][]any{}}
	for i := range boxes {
		d.Confidence = append(d.Confidence, 0.5)
		d.ClassID = append(d.ClassID, int64(i))
		d.Data[value.ColumnClass] = append(d.Data[value.ColumnClass], "cup")
	}
	return d
}

// draw runs one step of a kind, with the fields of a definition.
func draw(t *testing.T, kind string, img *value.Image, d *value.Detections, fields map[string]any) (*image.RGBA, error) {
	t.Helper()
	step := map[string]any{"type": "roboflow_core/" + kind, "name": "draw", "image": "$inputs.image", "predictions": "$inputs.found"}
	for name, v := range fields {
		step[name] = v
	}
	text, err := json.Marshal(step)
	if err != nil {
		t.Fatal(err)
	}
	inputKind := "object_detection_prediction"
	if d.Masks != nil {
		inputKind = "instance_segmentation_prediction"
	}
	p, _, problems := plan.Load(fmt.Appendf(nil, `{"version": "1.0",
		"inputs": [{"type": "InferenceImage", "name": "image"}, {"type": "WorkflowBatchInput", "name": "found", "kind": ["%s"]}],
		"steps": [%s], "outputs": [{"type": "JsonField", "name": "image", "selector": "$steps.draw.image"}]}`, inputKind, text), manifest.Core())
	if len(problems) > 0 {
		return nil, problems
	}
	w, err := engine.Compile(p, visualization.Blocks())
	if err != nil {
		t.Fatal(err)
	}
	results, err := w.Run(t.Context(), engine.Request{Inputs: map[string]any{"image": img, "found": d}})
	if err != nil {
		return nil, err
	}
	pixels, err := results[0]["image"].(*value.Image).Pixels(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return pixels.(*image.RGBA), nil
}

func must(t *testing.T, kind string, img *value.Image, d *value.Detections, fields map[string]any) *image.RGBA {
	t.Helper()
	drawn, err := draw(t, kind, img, d, fields)
	if err != nil {
		t.Fatalf("%v: %v", fields, err)
	}
	return drawn
}

// where returns the pixels that have a colour.
func where(img *image.RGBA, c color.RGBA) (bounds image.Rectangle) {
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			if img.RGBAAt(x, y) == c {
				bounds = bounds.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return bounds
}

var (
	purple = color.RGBA{0xa3, 0x51, 0xfb, 255}
	red    = color.RGBA{0xff, 0x40, 0x40, 255}
	blue   = color.RGBA{0, 0, 255, 255}
)

func TestBoxesAreDrawnInTheColoursOfTheirClasses(t *testing.T) {
	t.Parallel()
	img := blank(200, 150)
	drawn := must(t, boxes, img, found(value.Box{20, 30, 80, 90}, value.Box{100, 30, 180, 90}), nil)
	if got := where(drawn, purple); got != image.Rect(19, 29, 81, 91) {
		t.Errorf("the first box is at %v", got)
	}
	if got := where(drawn, red); got != image.Rect(99, 29, 181, 91) {
		t.Errorf("the second box is at %v", got)
	}
	before, err := img.Pixels(t.Context())
	if err != nil || where(before.(*image.RGBA), purple) != (image.Rectangle{}) {
		t.Errorf("the picture that was given has changed (%v)", err)
	}
}

func TestDetectionsAreFilled(t *testing.T) {
	t.Parallel()
	img, d := blank(200, 150), found(value.Box{20, 30, 80, 90}, value.Box{60, 30, 180, 90})
	black := map[string]any{"color_palette": "CUSTOM", "custom_colors": []any{"#000000"}, "opacity": 1}
	full := must(t, colors, img, d, black)
	if got := where(full, color.RGBA{A: 255}); got != image.Rect(20, 30, 181, 91) {
		t.Errorf("filled is %v", got)
	}
	for _, at := range []image.Point{{20, 30}, {70, 60}, {180, 90}} {
		if full.RGBAAt(at.X, at.Y) != (color.RGBA{A: 255}) {
			t.Errorf("at %v something of the picture is left", at)
		}
	}
	black["opacity"] = 0.5
	half := must(t, colors, img, d, black)
	if one, both := half.RGBAAt(30, 60), half.RGBAAt(70, 60); one != both || one.R < 126 || one.R > 129 {
		t.Errorf("half: %v where there is one detection, %v where there are two", one, both)
	}
	masked := value.NewMask(200, 150, image.Rect(20, 30, 80, 90))
	masked.Set(25, 35)
	black["opacity"] = 1
	one := found(value.Box{20, 30, 80, 90})
	one.Masks = []*value.Mask{masked}
	if got := where(must(t, colors, img, one, black), color.RGBA{A: 255}); got != image.Rect(25, 35, 26, 36) {
		t.Errorf("of a mask, filled is %v", got)
	}
}

func TestColours(t *testing.T) {
	t.Parallel()
	d := found(value.Box{20, 30, 80, 90})
	d.ClassID[0], d.TrackerID = 5, []int64{1}
	for _, c := range []struct {
		fields map[string]any
		want   color.RGBA
	}{
		{map[string]any{"color_axis": "INDEX"}, purple},
		{map[string]any{"color_axis": "TRACK"}, red},
		{map[string]any{"color_palette": "CUSTOM", "custom_colors": []any{"#0000ff"}}, blue},
		{map[string]any{"color_palette": "Matplotlib Tab10", "palette_size": 10}, color.RGBA{0x8c, 0x56, 0x4b, 255}},
	} {
		if got := where(must(t, boxes, blank(100, 100), d, c.fields), c.want); got.Empty() {
			t.Errorf("%v: nothing is %v", c.fields, c.want)
		}
	}
}

func TestWrongFieldsAreNamed(t *testing.T) {
	t.Parallel()
	d := found(value.Box{20, 30, 80, 90})
	for _, c := range []struct {
		kind, want string
		fields     map[string]any
	}{
		{boxes, "TRACK", map[string]any{"color_axis": "TRACK"}},
		{boxes, "custom_colors is needed", map[string]any{"color_palette": "CUSTOM"}},
		{boxes, "custom_colors[1]", map[string]any{"color_palette": "CUSTOM", "custom_colors": []any{"#fff", "mauve"}}},
		{labels, "text_color", map[string]any{"text_color": "mauve"}},
		{labels, "no masks", map[string]any{"text_position": "CENTER_OF_MASS"}},
	} {
		_, err := draw(t, c.kind, blank(100, 100), d, c.fields)
		// Constants are refused when the definition is compiled, the rest by the block.
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q in it", c.fields, err, c.want)
		}
	}
}

func TestLabelsSitAtTheirPositions(t *testing.T) {
	t.Parallel()
	box := value.Box{150, 120, 350, 280}
	for position, holds := range map[string]func(r image.Rectangle) bool{
		"TOP_LEFT":      func(r image.Rectangle) bool { return r.Min.X == 150 && r.Max.Y == 120 },
		"TOP_CENTER":    func(r image.Rectangle) bool { return abs(r.Min.X+r.Max.X-500) < 3 && r.Max.Y == 120 },
		"TOP_RIGHT":     func(r image.Rectangle) bool { return r.Max.X == 350 && r.Max.Y == 120 },
		"CENTER_LEFT":   func(r image.Rectangle) bool { return r.Min.X == 150 && abs(r.Min.Y+r.Max.Y-400) < 3 },
		"CENTER":        func(r image.Rectangle) bool { return abs(r.Min.X+r.Max.X-500) < 3 && abs(r.Min.Y+r.Max.Y-400) < 3 },
		"CENTER_RIGHT":  func(r image.Rectangle) bool { return r.Max.X == 350 && abs(r.Min.Y+r.Max.Y-400) < 3 },
		"BOTTOM_LEFT":   func(r image.Rectangle) bool { return r.Min.X == 150 && r.Min.Y == 280 },
		"BOTTOM_CENTER": func(r image.Rectangle) bool { return abs(r.Min.X+r.Max.X-500) < 3 && r.Min.Y == 280 },
		"BOTTOM_RIGHT":  func(r image.Rectangle) bool { return r.Max.X == 350 && r.Min.Y == 280 },
	} {
		drawn := must(t, labels, blank(500, 400), found(box), map[string]any{"text_position": position, "text_scale": 0.5})
		if r := where(drawn, purple); !holds(r) {
			t.Errorf("%s: the label is at %v", position, r)
		}
	}
}

func abs(n int) int { return max(n, -n) }

// A label that would leave the picture is moved inside.
func TestLabelsStayOnThePicture(t *testing.T) {
	t.Parallel()
	drawn := must(t, labels, blank(200, 100), found(value.Box{180, 0, 200, 20}), nil)
	if r := where(drawn, purple); r.Min.Y != 0 || r.Max.X != 200 || r.Dy() < 30 {
		t.Errorf("the label is at %v", r)
	}
}

func TestTextsAndSizes(t *testing.T) {
	t.Parallel()
	d := found(value.Box{50, 150, 300, 280})
	width := func(kind string, fields map[string]any) int {
		return where(must(t, kind, blank(600, 300), d, fields), purple).Dx()
	}
	plain := width(labels, nil)
	for text, wider := range map[string]bool{
		"Confidence": true, "Class and Confidence": true, "Index": false, "Dimensions": true, "Area": true, "Area (mask)": true,
		"Area (converted)": true, "Tracker Id": true, "Time In Zone": true,
	} {
		if got := width(labels, map[string]any{"text": text}); (got > plain) != wider {
			t.Errorf("%s: the label is %d wide, that of the class %d", text, got, plain)
		}
	}
	if got := width(labels, map[string]any{"text_scale": 2.0}); got < plain+30 {
		t.Errorf("at scale 2 it is %d wide, at 1 %d", got, plain)
	}
	if got := width(labels2, map[string]any{"text_size_mode": "Automatic"}); got >= plain {
		t.Errorf("sized for a small picture it is %d wide, at scale 1 %d", got, plain)
	}
	if rounded := must(t, labels, blank(600, 300), d, map[string]any{"border_radius": 8}); rounded.RGBAAt(50, 149) == purple {
		t.Error("the corner is painted though it is round")
	}
}

// Any output of a model is drawn or ignored, quickly and without an error.
func TestAnyDetectionsCanBeDrawn(t *testing.T) {
	t.Parallel()
	nan, inf := math.NaN(), math.Inf(1)
	d := found(value.Box{nan, nan, nan, nan}, value.Box{-inf, -inf, inf, inf}, value.Box{50, 50, 10, 10}, value.Box{1e18, 0, 1e19, 5})
	d.ClassID[0], d.ClassID[1] = math.MinInt64, math.MaxInt64
	d.Data[value.ColumnClass][2] = strings.Repeat("long ", 10_000)
	d.Data[value.ColumnClass][3] = nil
	for _, kind := range []string{boxes, labels, labels2} {
		fields := map[string]any{"thickness": -3, "roundness": 1.0}
		if kind != boxes {
			fields = map[string]any{"text_scale": 1e9, "text_padding": -50, "border_radius": -2, "text_thickness": 99}
		}
		must(t, kind, blank(64, 64), d, fields)
	}
}
