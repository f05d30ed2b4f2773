package geometry_test

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/keyhole-dev/keyhole/services/runner/geometry"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

func points(xy ...float64) []geometry.Point {
	var out []geometry.Point
	for i := 0; i < len(xy); i += 2 {
		out = append(out, geometry.Point{X: xy[i], Y: xy[i+1]})
	}
	return out
}

// No rectangle of another whole degree is smaller, and every point is inside.
func TestSmallestRectangleAgainstAllAngles(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		pixels := make([]image.Point, 1+random.IntN(12))
		for i := range pixels {
			pixels[i] = image.Pt(random.IntN(50), random.IntN(50))
		}
		points := geometry.Points(pixels)
		got := geometry.Smallest(geometry.Hull(points))
		for angle := 1.0; angle <= 90; angle++ {
			if r := geometry.Around(points, angle); r.Width*r.Height < got.Width*got.Height-1e-6 {
				t.Fatalf("%v: %v is smaller than %v", points, r, got)
			}
		}
		if own := geometry.Around(points, got.Angle); math.Abs(own.Width-got.Width)+math.Abs(own.Height-got.Height) > 1e-6 {
			t.Fatalf("%v: %v is not around all points", points, got)
		}
	}
}

func TestAreaAndCentroid(t *testing.T) {
	t.Parallel()
	triangle := points(0, 0, 6, 0, 0, 3)
	if got := geometry.Area(triangle); got != 9 {
		t.Errorf("area %v, want 9", got)
	}
	if c, ok := geometry.Centroid(triangle); !ok || c != (geometry.Point{X: 2, Y: 1}) {
		t.Errorf("centroid %v, want 2, 1", c)
	}
	if _, ok := geometry.Centroid(points(0, 0, 5, 5)); ok {
		t.Error("a line has a centroid")
	}
	if got := geometry.Perimeter(points(0, 0, 3, 0, 3, 4)); got != 12 {
		t.Errorf("perimeter %v, want 12", got)
	}
}

// The fifth corner is 1 above the upper side, so a tolerance of 2 drops it.
func TestSimplify(t *testing.T) {
	t.Parallel()
	house := points(0, 0, 50, -1, 100, 0, 100, 80, 0, 80)
	for tolerance, want := range map[float64]int{0.5: 5, 2: 4, 1000: 1} {
		if got := geometry.Simplify(house, tolerance); len(got) != want {
			t.Errorf("tolerance %v leaves %v, want %d corners", tolerance, got, want)
		}
	}
}

// The slow plain version counts the middles of small squares.
func TestIntersectionAgainstSamples(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	star := func() []geometry.Point {
		n, at := 3+random.IntN(9), geometry.Point{X: 10 + random.Float64()*10, Y: 10 + random.Float64()*10}
		out := make([]geometry.Point, n)
		for i := range out {
			r := 2 + random.Float64()*8
			sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
			out[i] = geometry.Point{X: at.X + r*cos, Y: at.Y + r*sin}
		}
		return out
	}
	for range 20 {
		a, b := star(), star()
		budget := geometry.Budget(1 << 20)
		got := geometry.Intersection(a, b, &budget)
		const step = 0.1
		want := 0.0
		for y := step / 2; y < 30; y += step {
			for x := step / 2; x < 30; x += step {
				if inside(a, x, y) && inside(b, x, y) {
					want += step * step
				}
			}
		}
		if math.Abs(got-want) > 1.5 {
			t.Fatalf("%v and %v share %v, samples say %v", a, b, got, want)
		}
	}
}

func inside(polygon []geometry.Point, x, y float64) bool {
	in := false
	for i, a := range polygon {
		b := polygon[(i+1)%len(polygon)]
		if (a.Y > y) != (b.Y > y) && x < a.X+(y-a.Y)*(b.X-a.X)/(b.Y-a.Y) {
			in = !in
		}
	}
	return in
}

func TestIntersectionStopsAtItsBudget(t *testing.T) {
	t.Parallel()
	budget := geometry.Budget(10)
	square := geometry.Corners(value.Box{0, 0, 10, 10})
	if got := geometry.Intersection(square, square, &budget); !math.IsNaN(got) || budget >= 0 {
		t.Errorf("got %v with %d left", got, budget)
	}
}

func TestPixelOfAnyNumber(t *testing.T) {
	t.Parallel()
	for p, want := range map[geometry.Point]image.Point{
		{X: 2.5, Y: 3.5}:                  image.Pt(2, 4),
		{X: math.Inf(1), Y: math.Inf(-1)}: image.Pt(1<<24, -1<<24),
	} {
		if got := p.Pixel(); got != want {
			t.Errorf("%v becomes %v, want %v", p, got, want)
		}
	}
	if got := (geometry.Point{X: math.NaN()}).Pixel(); got != (image.Point{}) {
		t.Errorf("NaN becomes %v", got)
	}
}
