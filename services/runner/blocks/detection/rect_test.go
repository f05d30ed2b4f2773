package detection

import (
	"image"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

func masked(corners ...image.Point) *value.Detections {
	return &value.Detections{
		XYXY: []value.Box{{}}, Confidence: []float64{1}, ClassID: []int64{0}, Data: map[string][]any{},
		Masks: []*value.Mask{value.FillPolygon(100, 100, corners)},
	}
}

// diamond marks the pixels that are at most 10 steps from 50, 50.
func diamond() *value.Mask {
	m := value.NewMask(100, 100, image.Rect(40, 40, 61, 61))
	for y := -10; y <= 10; y++ {
		for x := -10; x <= 10; x++ {
			if max(x, -x)+max(y, -y) <= 10 {
				m.Set(50+x, 50+y)
			}
		}
	}
	return m
}

// An upright rectangle has an angle of 90 degrees, so its width is its height on the
// picture. A diamond has sides of the square root of 200, at 45 degrees.
func TestBoundingRect(t *testing.T) {
	t.Parallel()
	near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-6 })
	for _, c := range []struct {
		corners []image.Point
		want    [3]float64
		box     value.Box
	}{
		{[]image.Point{{X: 10, Y: 20}, {X: 40, Y: 20}, {X: 40, Y: 30}, {X: 10, Y: 30}}, [3]float64{10, 30, 90}, value.Box{10, 20, 40, 30}},
		{nil, [3]float64{math.Sqrt(200), math.Sqrt(200), 45}, value.Box{40, 40, 60, 60}},
	} {
		given := masked(image.Pt(1, 1))
		given.Masks[0] = diamond()
		if c.corners != nil {
			given = masked(c.corners...)
		}
		d, err := bounded(given)
		if err != nil {
			t.Fatal(err)
		}
		got := []any{d.At("width", 0), d.At("height", 0), d.At("angle", 0), d.XYXY[0]}
		if diff := cmp.Diff([]any{c.want[0], c.want[1], c.want[2], c.box}, got, near); diff != "" {
			t.Error(diff)
		}
	}
	empty := masked(image.Pt(1, 1))
	empty.Masks[0].Pix[0] = false
	if d, err := bounded(empty); err != nil || d.Len() != 0 {
		t.Errorf("an empty mask became %v, %v", d, err)
	}
	empty.Masks = nil
	if _, err := bounded(empty); err == nil {
		t.Error("detections without masks were accepted")
	}
}
