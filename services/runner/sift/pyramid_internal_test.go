package sift

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/keyhole-dev/keyhole/services/runner/raster"
)

// The slow plain version weighs every pixel of the square around each.
func TestBlurAgainstTheWholeKernel(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for _, deviation := range []float64{0.5, 1.2, 3} {
		g := newGrid(13, 9)
		for i := range g.at {
			g.at[i] = float32(random.IntN(256))
		}
		got := g.blur(deviation)
		reach := int(math.Ceil(4 * deviation))
		for y := range g.h {
			for x := range g.w {
				sum, weights := 0.0, 0.0
				for j := -reach; j <= reach; j++ {
					for i := -reach; i <= reach; i++ {
						weight := math.Exp(-float64(i*i+j*j) / (2 * deviation * deviation))
						sum += weight * float64(g.at[raster.Reflect(y+j, g.h)*g.w+raster.Reflect(x+i, g.w)])
						weights += weight
					}
				}
				if d := math.Abs(float64(got.at[y*g.w+x]) - sum/weights); d > 0.01 {
					t.Fatalf("deviation %v: %d, %d differs by %v", deviation, x, y, d)
				}
			}
		}
	}
}

// One gradient to the right in the middle of a cell counts only there, in direction 0.
func TestDescriptorOfOneGradient(t *testing.T) {
	t.Parallel()
	var counts histograms
	counts.add(1, 2, 0, 5)
	got := counts.descriptor()
	for i, v := range got {
		want := uint8(0)
		if i == (1*cells+2)*bins {
			want = 255 // 512 times 1, which a byte does not hold
		}
		if v != want {
			t.Errorf("part %d is %d, want %d", i, v, want)
		}
	}
	// Half way between four cells and two directions, each of eight parts is the same: a
	// length of 1 makes 1/sqrt(8) of each, above the bound of 0.2, and scaled again the same.
	counts = histograms{}
	counts.add(0.5, 0.5, 0.5, 7)
	n := 0
	for _, v := range counts.descriptor() {
		if v == uint8(math.Round(512/math.Sqrt(8))) {
			n++
		}
	}
	if n != 8 {
		t.Errorf("%d parts have the eighth of a gradient", n)
	}
}
