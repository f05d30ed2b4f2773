package sift_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/keyhole-dev/keyhole/services/runner/raster"
	"github.com/keyhole-dev/keyhole/services/runner/sift"
)

// blobs draws bright and dark Gaussian spots on grey: x, y, deviation, height.
func blobs(w, h int, spots ...[4]float64) raster.Plane {
	p := raster.New(w, h)
	for i := range p.Pix {
		v := 128.0
		for _, s := range spots {
			dx, dy := float64(i%w)-s[0], float64(i/w)-s[1]
			v += s[3] * math.Exp(-(dx*dx+dy*dy)/(2*s[2]*s[2]))
		}
		p.Pix[i] = uint8(math.Round(min(max(v, 0), 255)))
	}
	return p
}

// scene has many spots at random places.
func scene(seed uint64, w, h, n int) raster.Plane {
	random := rand.New(rand.NewPCG(seed, 1))
	var spots [][4]float64
	for range n {
		spots = append(spots, [4]float64{random.Float64() * float64(w), random.Float64() * float64(h), 1.5 + 6*random.Float64(), 160*random.Float64() - 80})
	}
	return blobs(w, h, spots...)
}

func find(t *testing.T, p raster.Plane) []sift.Point {
	t.Helper()
	points, err := sift.Find(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return points
}

// The scale space of a Gaussian spot has its extremum at the scale of the spot.
func TestSpotsAreFoundAtTheirScale(t *testing.T) {
	t.Parallel()
	for _, s := range [][4]float64{{60, 50, 3, 90}, {41.5, 60.25, 5, -90}, {64, 64, 8, 90}} {
		found := false
		for _, p := range find(t, blobs(128, 128, s)) {
			if math.Hypot(p.X-s[0], p.Y-s[1]) < 0.6 && p.Size/2 > 0.75*s[2] && p.Size/2 < 1.3*s[2] {
				found = true
			}
		}
		if !found {
			t.Errorf("the spot %v is not found: %v", s, find(t, blobs(128, 128, s)))
		}
	}
	if points := find(t, raster.New(100, 100)); len(points) != 0 {
		t.Errorf("a black picture has key points: %v", points)
	}
}

// agree is the share of the points of a that are found in b at the places to which they
// move, with a descriptor that is nearest to theirs.
func agree(t *testing.T, a, b []sift.Point, move func(x, y float64) (float64, float64)) float64 {
	t.Helper()
	pairs, err := sift.Match(t.Context(), sift.Descriptors(a), sift.Descriptors(b), 0.9)
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	for _, pair := range pairs {
		x, y := move(a[pair.A].X, a[pair.A].Y)
		if math.Hypot(b[pair.B].X-x, b[pair.B].Y-y) < 1.5 {
			right++
		}
	}
	return float64(right) / float64(len(a))
}

func TestPointsSurviveChanges(t *testing.T) {
	t.Parallel()
	const w, h = 200, 160
	p := scene(7, w, h, 110)
	points := find(t, p)
	if len(points) < 30 {
		t.Fatalf("only %d key points", len(points))
	}
	turned, darker, larger := raster.New(h, w), raster.New(w, h), raster.Resize(p, 2*w, 2*h)
	for y := range h {
		for x := range w {
			v := p.Pix[y*w+x]
			turned.Pix[x*h+h-1-y] = v
			darker.Pix[y*w+x] = uint8(math.Round(float64(v)*0.7 + 20))
		}
	}
	for name, c := range map[string]struct {
		picture raster.Plane
		least   float64
		move    func(x, y float64) (float64, float64)
	}{
		"same":   {p, 0.9, func(x, y float64) (float64, float64) { return x, y }},
		"turned": {turned, 0.7, func(x, y float64) (float64, float64) { return h - 1 - y, x }},
		"darker": {darker, 0.5, func(x, y float64) (float64, float64) { return x, y }},
		"larger": {larger, 0.4, func(x, y float64) (float64, float64) { return 2*x + 0.5, 2*y + 0.5 }},
	} {
		if got := agree(t, points, find(t, c.picture), c.move); got < c.least {
			t.Errorf("%s: %.2f of the points are found again, want %.2f", name, got, c.least)
		}
	}
	if got := agree(t, points, find(t, scene(8, w, h, 60)), func(x, y float64) (float64, float64) { return x, y }); got > 0.05 {
		t.Errorf("%.2f of the points are found in another picture", got)
	}
}

// The slow plain version sorts all distances.
func TestMatchAgainstAllDistances(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	some := func(n int) [][128]uint8 {
		out := make([][128]uint8, n)
		for i := range out {
			for k := range out[i] {
				out[i][k] = uint8(random.IntN(60))
			}
		}
		return out
	}
	a, b := some(30), some(40)
	copy(b, a[:10])
	const ratio = 0.95
	got, err := sift.Match(t.Context(), a, b, ratio)
	if err != nil {
		t.Fatal(err)
	}
	var want []sift.Pair
	for i := range a {
		best, second, at := math.Inf(1), math.Inf(1), 0
		for k := range b {
			d := 0.0
			for j := range a[i] {
				d += math.Pow(float64(a[i][j])-float64(b[k][j]), 2)
			}
			d = math.Sqrt(d)
			if d < best {
				best, second, at = d, best, k
			} else {
				second = min(second, d)
			}
		}
		if best < ratio*second {
			want = append(want, sift.Pair{A: i, B: at})
		}
	}
	if len(got) != len(want) || len(got) < 10 {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("got %v, want %v", got[i], want[i])
		}
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	noise := raster.New(420, 400)
	for i := range noise.Pix {
		noise.Pix[i] = uint8(random.IntN(2) * 255)
	}
	if points := find(t, noise); len(points) > sift.MostPoints || len(points) == 0 {
		t.Errorf("%d key points", len(points))
	}
	for _, p := range []raster.Plane{{}, raster.New(1, 1), raster.New(1, 5000), raster.New(5000, 2)} {
		if points := find(t, p); len(points) != 0 {
			t.Errorf("%d by %d: %v", p.W, p.H, points)
		}
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := sift.Find(stopped, noise); !errors.Is(err, context.Canceled) {
		t.Errorf("a search that nobody waits for ends with %v", err)
	}
}
