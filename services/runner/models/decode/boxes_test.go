package decode

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/keyhole-dev/keyhole/services/modelpackage"
)

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
	found := suppress(best(decodeColumns(data, 2, anchors, 0.4), 100), 0.5, false)
	if len(found) != 2 || found[0] != (Box{40, 55, 60, 65, 0.9, 1, 0}) || found[1] != (Box{40, 55, 60, 65, 0.7, 0, 2}) {
		t.Errorf("found %+v", found)
	}
	if n := len(suppress(found, 0.5, true)); n != 1 {
		t.Errorf("over all classes %d are left, want 1", n)
	}
}

func TestDecodeGrid(t *testing.T) {
	t.Parallel()
	const side, columns = 64, 7
	data := make([]float32, int(modelpackage.Cells(side, side))*columns)
	at := 8*8 + 2*4 + 3 // the second grid, of 4 by 4 cells of 16: row 2, column 3
	copy(data[at*columns:], []float32{0.5, 0.5, float32(math.Log(2)), 0, 0.9, 0.1, 1})
	found := decodeGrid(data, columns, side, side, 0.4)
	if len(found) != 1 || found[0].Class != 1 || math.Abs(float64(found[0].Score)-0.9) > 1e-6 {
		t.Fatalf("found %+v", found)
	}
	want := Box{X0: 56 - 16, Y0: 40 - 8, X1: 56 + 16, Y1: 40 + 8}
	for _, d := range []float32{found[0].X0 - want.X0, found[0].Y0 - want.Y0, found[0].X1 - want.X1, found[0].Y1 - want.Y1} {
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
		var all []Box
		for i := range rapid.IntRange(0, 30).Draw(t, "n") {
			x, y := number.Draw(t, "x"), number.Draw(t, "y")
			all = append(all, Box{
				x, y, x + number.Draw(t, "w"), y + number.Draw(t, "h"),
				rapid.Float32Range(0, 1).Draw(t, "score"), rapid.IntRange(0, 2).Draw(t, "class"), i,
			})
		}
		all = best(all, len(all))
		kept := suppress(all, 0.5, false)
		for i, a := range kept {
			for _, b := range kept[:i] {
				if a.Class == b.Class && overlap(a, b) > 0.5 {
					t.Fatalf("%+v and %+v were both kept", a, b)
				}
			}
		}
		if len(all) > 0 && kept[0] != all[0] {
			t.Fatalf("the best was dropped")
		}
	})
}

// Softmax of any numbers are probabilities.
func TestSoftmaxTakesAnyNumbers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		logits := rapid.SliceOfN(anyNumber(), 1, 9).Draw(t, "logits")
		sum := 0.0
		for _, p := range Softmax(logits) {
			if !(p >= 0 && p <= 1) {
				t.Fatalf("%v gives %v", logits, p)
			}
			sum += float64(p)
		}
		if sum != 0 && math.Abs(sum-1) > 1e-4 {
			t.Fatalf("%v sums up to %v", logits, sum)
		}
	})
}

// anyNumber draws any number, often one that is none.
func anyNumber() *rapid.Generator[float32] {
	return rapid.OneOf(rapid.Float32Range(-10, 700), rapid.SampledFrom([]float32{
		float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), math.MaxFloat32, 0.9,
	}))
}
