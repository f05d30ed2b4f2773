package raster_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/keyhole-dev/keyhole/services/runner/raster"
)

func drawing(rows ...string) raster.Plane {
	p := raster.New(len(rows[0]), len(rows))
	for y, row := range rows {
		for x := range row {
			if row[x] == '#' {
				p.Row(y)[x] = 255
			}
		}
	}
	return p
}

// The dot in the ring is not a part of its own; the two pixels at a corner are one part.
func TestParts(t *testing.T) {
	t.Parallel()
	p := drawing(
		"#####..",
		"#...#..",
		"#.#.#.#",
		"#...##.",
		"#####..",
		".......",
		"##.....",
	)
	parts, ok := raster.Parts(p, 1000)
	if !ok || len(parts) != 2 || parts[0].Area() != 2 || parts[1].Area() != 18 {
		t.Fatalf("%d parts, %v", len(parts), ok)
	}
	if _, ok := raster.Parts(p, 10); ok {
		t.Error("the bound does not hold")
	}
}

// The plain version looks at every pixel of the ellipse.
func TestOpenEllipseAgainstPlainVersion(t *testing.T) {
	t.Parallel()
	cross := [][2]int{{0, 0}, {-1, 0}, {1, 0}, {0, -1}, {0, 1}}
	random := rand.New(rand.NewPCG(9, 9))
	for range 20 {
		p := raster.New(1+random.IntN(20), 1+random.IntN(20))
		for i := range p.Pix {
			p.Pix[i] = uint8(random.IntN(3) * 127)
		}
		plain := func(p raster.Plane, choose func([]uint8) uint8) raster.Plane {
			out := raster.New(p.W, p.H)
			for i := range out.Pix {
				var all []uint8
				for _, d := range cross {
					if x, y := i%p.W+d[0], i/p.W+d[1]; x >= 0 && y >= 0 && x < p.W && y < p.H {
						all = append(all, p.Row(y)[x])
					}
				}
				out.Pix[i] = choose(all)
			}
			return out
		}
		want := plain(plain(p, slices.Min[[]uint8]), slices.Max[[]uint8])
		if got := raster.OpenEllipse(p, 3); !slices.Equal(got.Pix, want.Pix) {
			t.Fatalf("%v becomes %v, want %v", p, got, want)
		}
		if got := raster.OpenEllipse(p, 1); !slices.Equal(got.Pix, p.Pix) {
			t.Fatal("an ellipse of 1 changes something")
		}
	}
}
