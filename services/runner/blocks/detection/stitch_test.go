package detection_test

import (
	"image"
	"testing"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// slice is a detection on a slice of the picture that begins at x.
func slice(picture *value.Image, x int, box value.Box, confidence float64, class int64) *value.Detections {
	crop := picture.Crop(image.NewGray(image.Rect(0, 0, 60, 80)), "slice", x, 0)
	d := &value.Detections{XYXY: []value.Box{box}, Confidence: []float64{confidence}, ClassID: []int64{class}, Data: map[string][]any{
		value.ColumnClass: {"dog"}, value.ColumnID: {"id"},
	}}
	return d.Place(crop)
}

// Two slices of 60 pixels, 40 apart, see the same dog at 45..55: a box of 10 by 10 and one
// of 10 by 12, which share 100 of 120 pixels. A cat covers the same place.
func TestStitch(t *testing.T) {
	t.Parallel()
	picture := value.NewImage(image.NewGray(image.Rect(0, 0, 100, 80)), "p")
	given := func() []any {
		return []any{
			slice(picture, 0, value.Box{45, 10, 55, 20}, 0.6, 0), slice(picture, 40, value.Box{5, 10, 15, 22}, 0.9, 0),
			slice(picture, 40, value.Box{5, 10, 15, 20}, 0.5, 1), slice(picture, 40, value.Box{50, 70, 60, 80}, 0.4, 0),
		}
	}
	first, second, far := value.Box{45, 10, 55, 20}, value.Box{45, 10, 55, 22}, value.Box{90, 70, 100, 80}
	for strategy, want := range map[string]struct {
		boxes      []value.Box
		confidence []float64
	}{
		"none": {[]value.Box{first, second, first, far}, []float64{0.6, 0.9, 0.5, 0.4}},
		"nms":  {[]value.Box{second, first, far}, []float64{0.9, 0.5, 0.4}},
		// (120 * 0.9 + 100 * 0.6) / 220
		"nmm": {[]value.Box{second, first, far}, []float64{168.0 / 220, 0.5, 0.4}},
	} {
		d := must(t, `{"type": "roboflow_core/detections_stitch@v1", "name": "s", "reference_image": "$inputs.image", "predictions": "$inputs.classes",
		  "iou_threshold": 0.5, "overlap_filtering_strategy": "`+strategy+`"}`, map[string]any{"image": picture, "classes": []any{given()}})
		equal(t, want.boxes, d.XYXY)
		equal(t, want.confidence, d.Confidence)
		if d.At(value.ColumnParentID, 0) != "p" {
			t.Errorf("%s: the parent is %v", strategy, d.At(value.ColumnParentID, 0))
		}
	}
}
