package visualization_test

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	stdraw "image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/visualization"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

var update = flag.Bool("update", false, "write the golden pictures instead of comparing with them")

// street is a picture with a bright and a dark block.
func street() *value.Image {
	img := image.NewRGBA(image.Rect(0, 0, 160, 120))
	stdraw.Draw(img, img.Rect, image.NewUniform(color.Gray{110}), image.Point{}, stdraw.Src)
	stdraw.Draw(img, image.Rect(30, 50, 60, 90), image.NewUniform(color.Gray{220}), image.Point{}, stdraw.Src)
	stdraw.Draw(img, image.Rect(100, 60, 130, 100), image.NewUniform(color.Gray{40}), image.Point{}, stdraw.Src)
	return value.NewImage(img, "street")
}

// blocks are the detections on it, moved to the right.
func blocks(right float64) *value.Detections {
	d := found(value.Box{30 + right, 50, 60 + right, 90}, value.Box{100 + right, 60, 130 + right, 100})
	d.TrackerID = []int64{1, 2}
	d.Data[value.ColumnClass] = []any{"van", "car"}
	return d
}

func withMasks() *value.Detections {
	d := blocks(0)
	for _, box := range d.XYXY {
		mask := value.NewMask(160, 120, image.Rect(int(box[0]), int(box[1]), int(box[2]), int(box[3])))
		for y := mask.Bounds.Min.Y; y < mask.Bounds.Max.Y; y++ {
			for x := mask.Bounds.Min.X; x < mask.Bounds.Max.X; x++ {
				if x-mask.Bounds.Min.X >= (mask.Bounds.Max.Y-y)/3 {
					mask.Set(x, y)
				}
			}
		}
		d.Masks = append(d.Masks, mask)
	}
	return d
}

// A person has checked the pictures in testdata.
func TestGoldenPictures(t *testing.T) {
	t.Parallel()
	boxes := blocktest.Input{Kind: "object_detection_prediction", Value: blocks(0)}
	masks := blocktest.Detections(withMasks())
	size := map[string]any{"width": int64(160), "height": int64(120)}
	several := map[string]any{"image": size, "predicted_classes": []any{"day", "street"}, "predictions": map[string]any{
		"day": map[string]any{"confidence": 0.7, "class_id": int64(3)}, "street": map[string]any{"confidence": 0.9, "class_id": int64(1)}, "night": map[string]any{"confidence": 0.1, "class_id": int64(2)},
	}}
	one := map[string]any{"image": size, "top": "cat", "confidence": 0.8, "predictions": []any{map[string]any{"class": "dog", "confidence": 0.2, "class_id": int64(0)}, map[string]any{"class": "cat", "confidence": 0.8, "class_id": int64(1)}}}
	for name, c := range map[string]struct {
		block  string
		fields map[string]any
	}{
		"halo":       {"halo_visualization@v2", map[string]any{"predictions": masks, "kernel_size": 15}},
		"crop":       {"crop_visualization@v1", map[string]any{"predictions": boxes, "position": "TOP_RIGHT", "scale_factor": 1.5}},
		"comparison": {"model_comparison_visualization@v1", map[string]any{"predictions_a": masks, "predictions_b": blocktest.Input{Kind: "object_detection_prediction", Value: blocks(15)}}},
		"rich":       {"rich_label_visualization@v1", map[string]any{"predictions": boxes, "text": "Dimensions", "max_line_length": 8, "text_padding": 4, "border_radius": 4}},
		"one":        {"classification_label_visualization@v1", map[string]any{"predictions": blocktest.Input{Kind: "classification_prediction", Value: one}, "text": "Class and Confidence", "text_scale": 0.5}},
		"several":    {"classification_label_visualization@v1", map[string]any{"predictions": blocktest.Input{Kind: "classification_prediction", Value: several}, "text_position": "BOTTOM_CENTER", "text_scale": 0.5, "text_padding": 4}},
	} {
		c.fields["image"] = blocktest.Picture(street())
		out, err := blocktest.Run(t, visualization.Blocks(), c.block, c.fields)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		golden(t, name, out["image"])
	}
}

// The third frame shows the paths of the objects, and where they were.
func TestGoldenVideos(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		block  string
		fields map[string]any
	}{
		"trace":   {"trace_visualization@v1", map[string]any{"thickness": 3, "color_axis": "TRACK"}},
		"heatmap": {"heatmap_visualization@v1", map[string]any{"radius": 12, "kernel_size": 5, "motion_threshold": 5, "opacity": 0.6}},
	} {
		frames, detections := []any{}, []any{}
		for i := range 3 {
			frames, detections = append(frames, street()), append(detections, blocks(float64(i*i)*8))
		}
		c.fields["image"] = blocktest.Input{Kind: "image", Value: frames}
		c.fields["predictions"] = blocktest.Input{Kind: "object_detection_prediction", Value: detections}
		out, err := blocktest.Play(t, visualization.Blocks(), c.block, c.fields)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		golden(t, name, out[2]["image"])
	}
}

func golden(t *testing.T, name string, v any) {
	t.Helper()
	pixels, err := v.(*value.Image).Pixels(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", name+".png")
	if *update {
		var b bytes.Buffer
		if err := png.Encode(&b, pixels); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := png.Decode(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(imaging.Copy(pixels).Pix, imaging.Copy(want).Pix) {
		t.Errorf("%s is not as in %s; look at it with -update", name, path)
	}
}

// Hostile detections are drawn or refused, quickly.
func TestMoreHostileDetections(t *testing.T) {
	t.Parallel()
	boxes := []value.Box{{1e300, -1e300, 1e300, 1e300}, {80, 70, 40, 40}, {}, {-1e9, -1e9, 1e9, 1e9}}
	d := found(boxes...)
	d.TrackerID = []int64{1, 1, -5, 1 << 62}
	for _, block := range []string{"crop_visualization@v1", "heatmap_visualization@v1", "trace_visualization@v1"} {
		for _, fields := range []map[string]any{nil, {"scale_factor": 100.0, "radius": 1 << 40, "trace_length": 1 << 40, "thickness": 1 << 40, "border_thickness": 1 << 40, "kernel_size": 1 << 40}} {
			if _, err := draw(t, block, blank(50, 50), d, fields); err != nil {
				t.Errorf("%s: %v", block, err)
			}
		}
	}
	if _, err := draw(t, "crop_visualization@v1", blank(50, 50), d, map[string]any{"scale_factor": 1e9}); err == nil {
		t.Error("a scale of 1e9 was taken")
	}
	d.TrackerID = nil
	if _, err := draw(t, "trace_visualization@v1", blank(50, 50), d, nil); err == nil {
		t.Error("untracked detections have a trace")
	}
}
