package raster_test

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/keyhole-dev/keyhole/services/runner/raster"
)

// noise returns a plane of random pixels.
func noise(random *rand.Rand, w, h int) raster.Plane {
	p := raster.New(w, h)
	for i := range p.Pix {
		p.Pix[i] = uint8(random.IntN(256))
	}
	return p
}

// around lists the pixels of the square around x, y. Those outside come from a border, or
// are left out if there is none.
func around(p raster.Plane, x, y, size int, border raster.Border) []float64 {
	var out []float64
	for j := y - size/2; j < y-size/2+size; j++ {
		for i := x - size/2; i < x-size/2+size; i++ {
			if border != nil {
				out = append(out, float64(p.Row(border(j, p.H))[border(i, p.W)]))
			} else if i >= 0 && j >= 0 && i < p.W && j < p.H {
				out = append(out, float64(p.Row(j)[i]))
			}
		}
	}
	return out
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// Each filter gives what a slow plain version gives, for pictures smaller than the kernel
// too.
func TestFiltersAgainstPlainVersions(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for _, size := range [][2]int{{1, 1}, {2, 3}, {9, 7}, {20, 13}} {
		p := noise(random, size[0], size[1])
		for _, k := range []int{1, 2, 3, 4, 5, 8, 11} {
			for name, c := range map[string]struct {
				got   raster.Plane
				plain func(x, y int) float64
			}{
				"box":    {raster.Box(p, k, raster.Reflect), func(x, y int) float64 { return mean(around(p, x, y, k, raster.Reflect)) }},
				"median": {raster.Median(p, k|1), func(x, y int) float64 { return median(around(p, x, y, k|1, raster.Replicate)) }},
				"dilate": {raster.Dilate(p, k), func(x, y int) float64 { return slices.Max(around(p, x, y, k, nil)) }},
				"erode":  {raster.Erode(p, k), func(x, y int) float64 { return slices.Min(around(p, x, y, k, nil)) }},
			} {
				for i, v := range c.got.Pix {
					if want := c.plain(i%p.W, i/p.W); math.Abs(float64(v)-want) > 0.501 {
						t.Fatalf("%s of %d on %v: pixel %d is %d, want %v", name, k, size, i, v, want)
					}
				}
			}
		}
	}
}

// A single bright pixel shows the kernel. The sums of 9 and more weights are 1, so an even
// plane stays as it is.
func TestGaussian(t *testing.T) {
	t.Parallel()
	p := raster.New(9, 9)
	p.Pix[4*9+4] = 255
	got := raster.Gaussian(p, 3, raster.Reflect)
	for at, want := range map[int]uint8{4*9 + 4: 64, 4*9 + 3: 32, 3*9 + 3: 16, 0: 0} {
		if got.Pix[at] != want {
			t.Errorf("pixel %d is %d, want %d", at, got.Pix[at], want)
		}
	}
	for i := range p.Pix {
		p.Pix[i] = 200
	}
	for _, size := range []int{1, 5, 7, 9, 31, 99} {
		if out := raster.Gaussian(p, size, raster.Reflect); slices.Max(out.Pix) != 200 || slices.Min(out.Pix) != 200 {
			t.Errorf("size %d changes an even plane: %v", size, out.Pix)
		}
	}
}

// An edge between very different colours stays; a small difference is evened out.
func TestBilateralKeepsEdges(t *testing.T) {
	t.Parallel()
	src := image.NewGray(image.Rect(0, 0, 20, 5))
	for i := range src.Pix {
		if i%20 >= 10 {
			src.Pix[i] = 250
		} else {
			src.Pix[i] = uint8(10 + i%2*4)
		}
	}
	out := raster.Bilateral(src, 5, 25).(*image.Gray)
	if left, right := out.Pix[2*20+9], out.Pix[2*20+10]; left > 20 || right < 245 {
		t.Errorf("the edge became %d, %d", left, right)
	}
	if a, b := out.Pix[2*20+4], out.Pix[2*20+5]; max(a, b)-min(a, b) > 2 {
		t.Errorf("the noise stayed: %d, %d", a, b)
	}
}

// Dilation after erosion never adds, and doing either twice changes nothing.
func TestMorphologyLaws(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		p := noise(random, 1+random.IntN(30), 1+random.IntN(30))
		size := 1 + 2*random.IntN(5)
		apply := func(name string, p raster.Plane) raster.Plane {
			operation, _ := raster.Morphology(name)
			return operation(p, size)
		}
		opened, closed := apply("Opening", p), apply("Closing", p)
		for i, v := range p.Pix {
			if opened.Pix[i] > v || closed.Pix[i] < v {
				t.Fatalf("pixel %d: %d is opened to %d, closed to %d", i, v, opened.Pix[i], closed.Pix[i])
			}
		}
		if !slices.Equal(apply("Opening", opened).Pix, opened.Pix) || !slices.Equal(apply("Closing", closed).Pix, closed.Pix) {
			t.Fatal("the second time changes something")
		}
		top, black := apply("Top Hat", p), apply("Black Hat", p)
		for i, v := range p.Pix {
			if top.Pix[i] != v-opened.Pix[i] || black.Pix[i] != closed.Pix[i]-v {
				t.Fatal("a hat is not the difference")
			}
		}
	}
}

func TestThresholds(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][3]uint8{ // of 99, 100 and 101
		"binary": {0, 0, 250}, "binary_inv": {250, 250, 0}, "trunc": {99, 100, 100}, "tozero": {0, 0, 101}, "tozero_inv": {99, 100, 0},
	} {
		table, ok := raster.Threshold(name, 100, 250)
		if got := [3]uint8(table[99:102]); !ok || got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	p := raster.Plane{W: 6, H: 1, Pix: []uint8{10, 11, 12, 200, 201, 202}}
	if at := raster.Otsu(p); at < 12 || at >= 200 {
		t.Errorf("Otsu divides at %d", at)
	}
}

// The slow plain version samples each new pixel at 30 by 30 places.
func TestResizeByAreasAgainstSamples(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	for _, to := range [][2]int{{3, 2}, {5, 5}, {1, 1}, {10, 8}, {7, 3}} {
		p := noise(random, 10, 8)
		got := raster.Resize(p, to[0], to[1])
		const n = 30
		for i, v := range got.Pix {
			sum := 0.0
			for k := range n * n {
				x := (float64(i%to[0]) + (float64(k%n)+0.5)/n) * 10 / float64(to[0])
				y := (float64(i/to[0]) + (float64(k/n)+0.5)/n) * 8 / float64(to[1])
				sum += float64(p.Row(int(y))[int(x)])
			}
			if want := sum / (n * n); math.Abs(float64(v)-want) > 6 {
				t.Fatalf("%v: pixel %d is %d, samples say %v", to, i, v, want)
			}
		}
	}
	p := noise(random, 4, 3)
	up := raster.Resize(p, 8, 6)
	for i, v := range up.Pix {
		if x, y := i%8, i/8; v != p.Row(y / 2)[x/2] {
			t.Fatalf("twice as large: pixel %d, %d is %d", x, y, v)
		}
	}
}

// Four turns by 90 degrees of a square of odd size are the picture again, a turn moves the
// upper left corner to the lower left, and a half turn mirrors both ways.
func TestRotateAndFlip(t *testing.T) {
	t.Parallel()
	p := noise(rand.New(rand.NewPCG(7, 8)), 8, 5)
	r := raster.NewRotation(8, 5, 90)
	if r.W != 5 || r.H != 8 {
		t.Fatalf("a turn is %d by %d", r.W, r.H)
	}
	if r := raster.NewRotation(100, 50, 45); r.W != 106 || r.H != 106 { // 150 / sqrt 2
		t.Errorf("half a turn is %d by %d", r.W, r.H)
	}
	flat := raster.New(40, 40)
	for i := range flat.Pix {
		flat.Pix[i] = 77
	}
	turned := raster.Gray(raster.NewRotation(40, 40, 30).Rotate(flat.Image()))
	if turned.Row(turned.H / 2)[turned.W/2] != 77 || turned.Pix[0] != 0 {
		t.Error("the middle is not covered, or the corner is")
	}
	both := raster.Flip(p, true, true)
	for i, v := range both.Pix {
		if v != p.Pix[len(p.Pix)-1-i] {
			t.Fatal("not mirrored")
		}
	}
}

func TestGrayAndQuantile(t *testing.T) {
	t.Parallel()
	src := image.NewRGBA(image.Rect(0, 0, 3, 1))
	for x, c := range []color.RGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}} {
		src.SetRGBA(x, 0, c)
	}
	if got := raster.Gray(src).Pix; !slices.Equal(got, []uint8{76, 150, 29}) {
		t.Errorf("brightness %v", got)
	}
	histogram := raster.Histogram(raster.Plane{W: 5, H: 1, Pix: []uint8{0, 10, 20, 30, 40}})
	for share, want := range map[float64]float64{0: 0, 0.5: 20, 0.1: 4, 1: 40} {
		if got := raster.Quantile(&histogram, share); math.Abs(got-want) > 1e-9 {
			t.Errorf("quantile %v is %v, want %v", share, got, want)
		}
	}
}
