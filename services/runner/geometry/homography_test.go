package geometry_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/keyhole-dev/keyhole/services/runner/geometry"
)

// The square of side 1 and the trapezoid 0 0, 2 0, 1.5 1, 0.5 1: the rows above shrink to
// the half, so w = 1 + y, x' = (2x + y/2 * 2) / w and y' = 2y / w, by hand.
func TestHomographyOfATrapezoid(t *testing.T) {
	t.Parallel()
	square, trapezoid := points(0, 0, 1, 0, 1, 1, 0, 1), points(0, 0, 2, 0, 1.5, 1, 0.5, 1)
	h, ok := geometry.Fit(square, trapezoid)
	want := geometry.Homography{2, 1, 0, 0, 2, 0, 0, 1, 1}
	for i := range h {
		if !ok || math.Abs(h[i]/h[8]-want[i]) > 1e-9 {
			t.Fatalf("got %v, want %v", h, want)
		}
	}
	if p := h.Apply(geometry.Point{X: 0.5, Y: 0.5}); p.Distance(geometry.Point{X: 1, Y: 2. / 3}) > 1e-9 {
		t.Errorf("the middle is at %v, want 1, 2/3", p)
	}
}

func TestHomographyLaws(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	for range 200 {
		h := geometry.Homography{1 + random.Float64(), random.Float64() - 0.5, 50 * random.Float64(), random.Float64() - 0.5, 1 + random.Float64(), 50 * random.Float64(), 1e-3 * random.Float64(), 1e-3 * random.Float64(), 1}
		var from, to []geometry.Point
		for range 4 + random.IntN(20) {
			p := geometry.Point{X: 500 * random.Float64(), Y: 500 * random.Float64()}
			from, to = append(from, p), append(to, h.Apply(p))
		}
		fit, ok := geometry.Fit(from, to)
		back, invertible := h.Inverse()
		if !ok || !invertible {
			continue // three of the four points are nearly on a line
		}
		for i, p := range from {
			if d := fit.Apply(p).Distance(to[i]); d > 1e-3 {
				t.Fatalf("%v is mapped %v away", p, d)
			}
			if d := back.Apply(to[i]).Distance(p); d > 1e-6 {
				t.Fatalf("%v comes back %v away", p, d)
			}
			if d := back.After(h).Apply(p).Distance(p); d > 1e-6 {
				t.Fatalf("the product moves %v by %v", p, d)
			}
		}
	}
	for _, bad := range [][]geometry.Point{points(0, 0, 1, 1, 2, 2, 3, 3), points(5, 5, 5, 5, 5, 5, 5, 5), points(0, 0, 1, 0, 0, 1), points(0, 0, math.NaN(), 0, 1, 1, 0, 1), points(0, 0, math.Inf(1), 0, 1, 1, 0, 1)} {
		if h, ok := geometry.Fit(bad, points(0, 0, 1, 0, 1, 1, 0, 1)); ok {
			t.Errorf("%v has the homography %v", bad, h)
		}
	}
}
