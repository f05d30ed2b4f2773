package textbox

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

// mapOf marks the pixels inside rotated rectangles as text.
func mapOf(width, height int, rects ...turned) Map {
	m := Map{make([]float32, width*height), width, height}
	for y := range height {
		for x := range width {
			for _, r := range rects {
				if r.holds(float64(x), float64(y)) {
					m.Scores[y*width+x] = 0.9
				}
			}
		}
	}
	return m
}

func at(degrees float64) turned {
	s, c := math.Sincos(degrees * math.Pi / 180)
	return turned{x: 100, y: 80, dx: c, dy: s, w: 80, h: 16}
}

// A line of text is found at any angle, enlarged in proportion to its shape.
func TestTextBoxesFollowTheirText(t *testing.T) {
	t.Parallel()
	for _, degrees := range []float64{0, 10, 45, 80, 90, 120, 170} {
		boxes := mapOf(200, 160, at(degrees)).Boxes()
		if len(boxes) != 1 {
			t.Fatalf("at %v degrees %d boxes were found", degrees, len(boxes))
		}
		b := boxes[0]
		long, short := math.Max(b.Width(), b.Height()), math.Min(b.Width(), b.Height())
		grown := 80 * 16 * 1.5 / (2 * (80 + 16)) * 2
		if math.Abs(long-80-grown) > 3 || math.Abs(short-16-grown) > 3 {
			t.Errorf("at %v degrees it is %.1f by %.1f, want about %.1f by %.1f", degrees, long, short, 80+grown, 16+grown)
		}
		if middle := (b.Quad[0].X + b.Quad[2].X) / 2; math.Abs(middle-100) > 1.5 {
			t.Errorf("at %v degrees its middle is at %.1f", degrees, middle)
		}
	}
}

func TestRegionsAreParted(t *testing.T) {
	t.Parallel()
	m := mapOf(200, 160, turned{x: 50, y: 30, dx: 1, w: 60, h: 10}, turned{x: 150, y: 31, dx: 1, w: 60, h: 10}, turned{x: 80, y: 100, dx: 1, w: 100, h: 12})
	m.Scores[5*200+5] = 1 // a speck
	boxes := InReadingOrder(m.Boxes())
	if len(boxes) != 3 || boxes[0].Quad[0].X > boxes[1].Quad[0].X || boxes[2].Quad[0].Y < 60 {
		t.Errorf("boxes are %+v", boxes)
	}
	ring := mapOf(100, 100, turned{x: 50, y: 50, dx: 1, w: 60, h: 60})
	for i := range ring.Scores { // hollow, and open to one side: a U
		if x, y := i%100, i/100; x > 30 && x < 70 && y < 70 {
			ring.Scores[i] = 0
		}
	}
	if n := len(ring.regions()); n != 1 {
		t.Errorf("a U has %d regions", n)
	}
}

// For any points: all lie inside, and no upright box is smaller.
func TestSmallestRectLaws(t *testing.T) {
	t.Parallel()
	coordinate := rapid.IntRange(0, 30)
	rapid.Check(t, func(t *rapid.T) {
		var points []imaging.Point
		low, high := imaging.Point{X: 31, Y: 31}, imaging.Point{X: -1, Y: -1}
		for range rapid.IntRange(1, 20).Draw(t, "n") {
			p := imaging.Point{X: float64(coordinate.Draw(t, "x")), Y: float64(coordinate.Draw(t, "y"))}
			points = append(points, p)
			low = imaging.Point{X: math.Min(low.X, p.X), Y: math.Min(low.Y, p.Y)}
			high = imaging.Point{X: math.Max(high.X, p.X), Y: math.Max(high.Y, p.Y)}
		}
		r := smallestRect(points)
		if r.w*r.h > (high.X-low.X)*(high.Y-low.Y)+1e-6 {
			t.Fatalf("%+v is larger than the upright box", r)
		}
		for _, p := range points {
			if !r.grow(1e-6).holds(p.X, p.Y) {
				t.Fatalf("%+v does not hold %v", r, p)
			}
		}
	})
}

func TestTextMapsTakeAnyNumbers(t *testing.T) {
	t.Parallel()
	number := rapid.SampledFrom([]float32{0, 0.5, 1, float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 0.31})
	rapid.Check(t, func(t *rapid.T) {
		m := Map{rapid.SliceOfN(number, 24*16, 24*16).Draw(t, "map"), 24, 16}
		_ = InReadingOrder(m.Boxes())
	})
}

func TestReadingOrder(t *testing.T) {
	t.Parallel()
	box := func(x, y float64) Box {
		return Box{Text: fmt.Sprint(x, ",", y), Quad: imaging.Quad{{X: x, Y: y}, {X: x + 50, Y: y}, {X: x + 50, Y: y + 20}, {X: x, Y: y + 20}}}
	}
	boxes := InReadingOrder([]Box{box(100, 3), box(0, 30), box(0, 0), box(60, 32), box(200, 0)})
	got := ""
	for _, b := range boxes {
		got += b.Text + " "
	}
	if want := "0,0 100,3 200,0 0,30 60,32 "; got != want {
		t.Errorf("read in the order %q, want %q", got, want)
	}
}
