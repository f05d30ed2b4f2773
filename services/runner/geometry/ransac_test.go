package geometry_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/keyhole-dev/keyhole/services/runner/geometry"
)

// 60 pairs follow a homography within half a pixel, and 40 are wrong.
func TestAgreement(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(9, 9))
	h := geometry.Homography{1.1, 0.1, 20, -0.05, 0.95, 5, 1e-4, -5e-5, 1}
	var from, to []geometry.Point
	for i := range 100 {
		p := geometry.Point{X: 400 * random.Float64(), Y: 300 * random.Float64()}
		q := h.Apply(p)
		q.X, q.Y = q.X+0.5*random.Float64()-0.25, q.Y+0.5*random.Float64()-0.25
		if i%5 > 2 {
			q = geometry.Point{X: 1000 + 400*random.Float64(), Y: 300 * random.Float64()}
		}
		from, to = append(from, p), append(to, q)
	}
	got, inliers, ok := geometry.Agree(t.Context(), from, to, 2)
	if !ok || len(inliers) != 60 {
		t.Fatalf("%d pairs agree", len(inliers))
	}
	for _, p := range points(0, 0, 400, 0, 400, 300, 0, 300) {
		if d := got.Apply(p).Distance(h.Apply(p)); d > 0.5 {
			t.Errorf("%v is mapped %v away", p, d)
		}
	}
	again, _, _ := geometry.Agree(t.Context(), from, to, 2)
	if again != got {
		t.Error("the same pairs agree on something else")
	}
	if _, _, ok := geometry.Agree(t.Context(), from[:3], to[:3], 2); ok {
		t.Error("three pairs agree")
	}
	line := make([]geometry.Point, 50)
	for i := range line {
		line[i] = geometry.Point{X: float64(i)}
	}
	if _, _, ok := geometry.Agree(t.Context(), line, line, 2); ok {
		t.Error("points on a line agree")
	}
}

// A turn by 90 degrees, a zoom of 2 and a shift map x, y to 10 - 2 y, 20 + 2 x, by hand.
func TestMotion(t *testing.T) {
	t.Parallel()
	from, to := points(0, 0, 5, 0, 0, 7, 3, 4), points(10, 20, 10, 30, -4, 20, 2, 26)
	h, ok := geometry.FitMotion(from, to)
	want := geometry.Homography{0, -2, 10, 2, 0, 20, 0, 0, 1}
	for i := range h {
		if !ok || math.Abs(h[i]-want[i]) > 1e-9 {
			t.Fatalf("got %v, want %v", h, want)
		}
	}
	from, to = append(from, points(100, 100, 50, 3)...), append(to, points(0, 0, 900, 900)...)
	got, inliers, ok := geometry.AgreeOnMotion(t.Context(), from, to, 1)
	if !ok || len(inliers) != 4 || got.Apply(geometry.Point{X: 1, Y: 1}).Distance(geometry.Point{X: 8, Y: 22}) > 1e-6 {
		t.Errorf("%v with %v", got, inliers)
	}
	if _, ok := geometry.FitMotion(points(1, 1, 1, 1), points(0, 0, 5, 5)); ok {
		t.Error("one point has a turn")
	}
}
