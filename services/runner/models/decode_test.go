package models

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

func TestLayoutsAreTold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		shape []int64
		side  int
		want  layout
	}{
		{[]int64{1, 84, 8400}, 640, yolov8},
		{[]int64{-1, 84, -1}, 640, yolov8},
		{[]int64{1, 5, 8400}, 640, yolov8},
		{[]int64{1, 3549, 85}, 416, yolox},
		{[]int64{1, 3549, 6}, 416, yolox},
		{[]int64{1, 8400, 85}, 640, yolox},
		{[]int64{1, 25200, 85}, 640, yolov5},
		{[]int64{1, 300, 6}, 640, finished},
		{[]int64{1, -1, 6}, 640, finished},
		{[]int64{1, 1000}, 224, unknownLayout},
		{[]int64{1, 1, 640, 640}, 640, unknownLayout},
		{nil, 640, unknownLayout},
	} {
		if got := layoutOf(c.shape, c.side, c.side); got != c.want {
			t.Errorf("%v at %d is taken for %q, want %q", c.shape, c.side, got, c.want)
		}
	}
}

func TestDecodeColumns(t *testing.T) {
	t.Parallel()
	const anchors = 8
	data := make([]float32, 6*anchors) // two classes
	set := func(anchor int, values ...float32) {
		for i, v := range values {
			data[i*anchors+anchor] = v
		}
	}
	set(0, 50, 60, 20, 10, 0.1, 0.9)
	set(1, 50, 61, 20, 10, 0.2, 0.8)                               // the same thing again
	set(2, 50, 60, 20, 10, 0.7, 0.3)                               // another class there
	set(3, 10, 10, 4, 4, 0.4, 0.4)                                 // not above the threshold
	set(4, 10, 10, 4, 4, float32(math.NaN()), float32(math.NaN())) // no number
	set(5, 10, 10, 4, 4, float32(math.Inf(1)), 0)                  // no score
	set(6, float32(math.NaN()), 0, 4, 4, 0, 0.5)                   // no place
	found := suppress(best(decodeColumns(data, 6, anchors, 0.4), 100), 0.5, false)
	d := detections(found, imaging.NewFit(imaging.Stretch, 200, 200, 100, 100), []string{"cat", "dog"})
	got := fmt.Sprint(d.XYXY, d.Data["class_name"])
	want := "[[80 110 120 130] [80 110 120 130] [0 0 0 4]] [dog cat dog]"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("detections differ (-want +got):\n%s", diff)
	}
	if n := len(suppress(found, 0.5, true)); n != 2 {
		t.Errorf("over all classes %d are left, want 2", n)
	}
}

func TestDecodeGrid(t *testing.T) {
	t.Parallel()
	const side, columns = 64, 7
	data := make([]float32, int(cells(side, side))*columns)
	at := 8*8 + 2*4 + 3 // the second grid, of 4 by 4 cells of 16: row 2, column 3
	copy(data[at*columns:], []float32{0.5, 0.5, float32(math.Log(2)), 0, 0.9, 0.1, 1})
	found := decodeGrid(data, columns, side, side, 0.4)
	if len(found) != 1 || found[0].class != 1 || math.Abs(float64(found[0].score)-0.9) > 1e-6 {
		t.Fatalf("found %+v", found)
	}
	want := candidate{x0: 56 - 16, y0: 40 - 8, x1: 56 + 16, y1: 40 + 8}
	for _, d := range []float32{found[0].x0 - want.x0, found[0].y0 - want.y0, found[0].x1 - want.x1, found[0].y1 - want.y1} {
		if math.Abs(float64(d)) > 1e-3 {
			t.Errorf("found %+v, want it at %+v", found[0], want)
		}
	}
}

// The kept boxes of a class do not overlap more than the threshold, the best box is always
// kept, and a box is dropped only if a better one overlaps it.
func TestSuppressionLaws(t *testing.T) {
	t.Parallel()
	number := rapid.Float32Range(0, 50)
	rapid.Check(t, func(t *rapid.T) {
		var all []candidate
		for range rapid.IntRange(0, 30).Draw(t, "n") {
			x, y := number.Draw(t, "x"), number.Draw(t, "y")
			all = append(all, candidate{
				x, y, x + number.Draw(t, "w"), y + number.Draw(t, "h"),
				rapid.Float32Range(0, 1).Draw(t, "score"), rapid.IntRange(0, 2).Draw(t, "class"),
			})
		}
		all = best(all, len(all))
		kept := suppress(all, 0.5, false)
		for i, a := range kept {
			for _, b := range kept[:i] {
				if a.class == b.class && overlap(a, b) > 0.5 {
					t.Fatalf("%+v and %+v were both kept", a, b)
				}
			}
		}
		if len(all) > 0 && kept[0] != all[0] {
			t.Fatalf("the best was dropped")
		}
	})
}

// Any numbers in any of the layouts decode to boxes on the picture.
func TestDecodersTakeAnyNumbers(t *testing.T) {
	t.Parallel()
	number := rapid.OneOf(rapid.Float32Range(-10, 700), rapid.SampledFrom([]float32{
		float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), math.MaxFloat32, 0.9,
	}))
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOfN(number, 84*6, 84*6).Draw(t, "data")
		fit := imaging.NewFit(imaging.Letterbox, 100, 70, 64, 64)
		for name, found := range map[string][]candidate{
			"columns": decodeColumns(data, 6, 84, 0.4), "rows": decodeRows(data, 6, 0.4),
			"grid": decodeGrid(data, 6, 64, 64, 0.4), "finished": decodeFinished(data, 6, 0.4),
		} {
			d := detections(best(suppress(best(found, 50), 0.5, false), 50), fit, nil)
			for i, b := range d.XYXY {
				if !(b[0] >= 0 && b[2] <= 100 && b[1] >= 0 && b[3] <= 70) || math.IsNaN(d.Confidence[i]) {
					t.Fatalf("%s gave %v with %v", name, b, d.Confidence[i])
				}
			}
		}
	})
}

func TestClassNames(t *testing.T) {
	t.Parallel()
	declared := namesOf(`{0: 'person', 1: "driver's seat", 2: 'it\'s'}`)
	if diff := cmp.Diff([]string{"person", "driver's seat", `it\'s`}, declared); diff != "" {
		t.Error(diff)
	}
	if got := classNamesFor(2, nil, declared); got[0] != "0" {
		t.Errorf("three names were taken for two classes: %q", got)
	}
	if got := classNamesFor(80, nil, nil); len(got) != 80 || got[41] != "cup" {
		t.Errorf("80 classes are %q", got)
	}
	if got := classNamesFor(1, []string{"cat"}, nil); got[0] != "cat" {
		t.Errorf("the package's class is %q", got)
	}
}
