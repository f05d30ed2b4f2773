package fusion_test

import (
	"image"
	"testing"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// crop places detections on a crop of the picture of found. id is the detection it was
// cut for.
func crop(d *value.Detections, id string, x, y int) *value.Detections {
	picture := value.NewImage(image.NewGray(image.Rect(0, 0, 100, 80)), "image")
	return d.Place(picture.Crop(image.NewGray(image.Rect(0, 0, 40, 40)), id, x, y))
}

const rollUp = `{"type": "DetectionsListRollUp", "name": "s", "parent_detection": "$inputs.a", "child_detections": "$inputs.list"`

// Two crops at 10 and 30 see one dog: 25..35 of the picture, and 30..40. They share 5 of 15
// pixels in each row: an IoU of 1/3. The cat is at the same place.
func TestRollUp(t *testing.T) {
	t.Parallel()
	parent := found("pp", value.Box{10, 20, 50, 60}, value.Box{30.4, 20, 70, 60})
	children := func() []any {
		return []any{crop(found("dc", value.Box{15, 0, 25, 10}, value.Box{15, 0, 25, 10}), "id0", 10, 20), crop(found("xd", value.Box{5, 5, 6, 6}, value.Box{0, 0, 10, 10}), "id1", 30, 20)}
	}
	for more, want := range map[string][]float64{
		`}`:                                  {0.9, 0.8, 0.9},
		`, "confidence_strategy": "mean"}`:   {0.85, 0.8, 0.9},
		`, "confidence_strategy": "min"}`:    {0.8, 0.8, 0.9},
		`, "overlap_threshold": 0.333}`:      {0.9, 0.8, 0.9},
		`, "overlap_threshold": 0.334}`:      {0.9, 0.8, 0.8, 0.9},
		`, "keypoint_merge_threshold": 0.5}`: {0.9, 0.8, 0.9},
	} {
		out := must(t, rollUp+more, children(), parent)
		d := rows(t, out["rolled_up_detections"])
		equal(t, len(want), d.Len())
		if len(want) == 4 {
			equal(t, []value.Box{{25, 20, 35, 30}, {30, 20, 40, 30}, {25, 20, 35, 30}, {35, 25, 36, 26}}, d.XYXY)
			equal(t, []any{"d", "d", "c", "x"}, d.Data[value.ColumnClass])
			continue
		}
		equal(t, want, d.Confidence)
		equal(t, []value.Box{{25, 20, 40, 30}, {25, 20, 35, 30}, {35, 25, 36, 26}}, d.XYXY)
		equal(t, []any{"image", "image", "image"}, d.Data[value.ColumnParentID])
		equal(t, d.XYXY, d.InRoot().XYXY)
		zone := []any{[]any{10.0, 20.0}, []any{50.0, 20.0}, []any{50.0, 60.0}, []any{10.0, 60.0}}
		equal(t, any(zone), out["crop_zones"].([]any)[0])
	}
}

// A crop outside of the picture has no detections; a list of another length is refused.
func TestRollUpOfGaps(t *testing.T) {
	t.Parallel()
	parent := found("pp", value.Box{10, 20, 50, 60}, value.Box{30, 20, 70, 60})
	out := must(t, rollUp+`}`, []any{nil, crop(found("d", value.Box{0, 0, 10, 10}), "id1", 30, 20)}, parent)
	equal(t, []value.Box{{30, 20, 40, 30}}, rows(t, out["rolled_up_detections"]).XYXY)
	out = must(t, rollUp+`}`, []any{}, found(""))
	equal(t, 0, rows(t, out["rolled_up_detections"]).Len())
	for _, bad := range [][]any{{nil}, {"x", nil}, {}} {
		if _, err := run(t, rollUp+`}`, bad, parent); err == nil {
			t.Errorf("%v was rolled up", bad)
		}
	}
}

// Masks count by their pixels: the boxes overlap, and only the first two masks do.
func TestRollUpOfMasks(t *testing.T) {
	t.Parallel()
	d := found("ddd", value.Box{0, 0, 9, 9}, value.Box{0, 0, 9, 9}, value.Box{0, 0, 9, 9})
	d.Masks = []*value.Mask{stripe(0, 4), stripe(3, 6), stripe(8, 9)}
	out := must(t, rollUp+`}`, []any{crop(d, "id0", 10, 20)}, found("p", value.Box{10, 20, 50, 60}))
	got := rows(t, out["rolled_up_detections"])
	equal(t, []value.Box{{10, 20, 16, 21}, {10, 20, 19, 29}}, got.XYXY)
	equal(t, 6, got.Masks[0].Area())
	equal(t, true, got.Masks[0].At(15, 20))
}

// The key points of two skeletons are 2 apart on average, and those of the third 30.
func TestRollUpOfKeypoints(t *testing.T) {
	t.Parallel()
	d := found("ppp", value.Box{0, 0, 10, 10}, value.Box{2, 0, 12, 10}, value.Box{30, 0, 40, 10})
	skeleton := func(x float64) any { return []any{[]any{x, 1.0}, []any{x + 4, 5.0}} }
	d.Data[value.ColumnKeypointsXY] = []any{skeleton(0), skeleton(2), skeleton(30)}
	d.Data[value.ColumnKeypointsConfidence] = []any{[]any{0.5, 1.0}, []any{0.7, 0.0}, []any{1.0, 1.0}}
	out := must(t, rollUp+`}`, []any{crop(d, "id0", 10, 20)}, found("p", value.Box{10, 20, 50, 60}))
	got := rows(t, out["rolled_up_detections"])
	equal(t, []value.Box{{11, 20, 21, 30}, {40, 20, 50, 30}}, got.XYXY)
	equal(t, any([]any{[]any{11.0, 21.0}, []any{15.0, 25.0}}), got.Data[value.ColumnKeypointsXY][0])
	equal(t, any([]any{0.6, 0.5}), got.Data[value.ColumnKeypointsConfidence][0])
}
