package raster

import (
	"image"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func anyPlane(t *rapid.T, most int) Plane {
	p := New(rapid.IntRange(1, most).Draw(t, "width"), rapid.IntRange(1, most).Draw(t, "height"))
	copy(p.Pix, rapid.SliceOfN(rapid.Byte(), len(p.Pix), len(p.Pix)).Draw(t, "pixels"))
	return p
}

// The correlation is the one that the definition gives at each place.
func TestMatchIsTheCorrelation(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := anyPlane(t, 12)
		w, h := rapid.IntRange(1, p.W).Draw(t, "template width"), rapid.IntRange(1, p.H).Draw(t, "template height")
		template := New(w, h)
		copy(template.Pix, rapid.SliceOfN(rapid.Byte(), w*h, w*h).Draw(t, "template"))
		got, err := Match(t.Context(), p, template)
		if err != nil {
			t.Fatal(err)
		}
		for y := range got.H {
			for x := range got.W {
				if want := correlation(p, template, x, y); math.Abs(float64(got.At[y*got.W+x])-want) > 1e-4 {
					t.Fatalf("at %d, %d it is %v, want %v", x, y, got.At[y*got.W+x], want)
				}
			}
		}
	})
}

func correlation(p, template Plane, x, y int) float64 {
	mean := func(at func(i, j int) uint8) (sum float64) {
		for j := range template.H {
			for i := range template.W {
				sum += float64(at(i, j))
			}
		}
		return sum / float64(template.W*template.H)
	}
	a := func(i, j int) uint8 { return p.Pix[(y+j)*p.W+x+i] }
	b := func(i, j int) uint8 { return template.Pix[j*template.W+i] }
	meanA, meanB := mean(a), mean(b)
	var product, squareA, squareB float64
	for j := range template.H {
		for i := range template.W {
			da, db := float64(a(i, j))-meanA, float64(b(i, j))-meanB
			product, squareA, squareB = product+da*db, squareA+da*da, squareB+db*db
		}
	}
	switch {
	case squareB == 0:
		return 1
	case squareA < 0.4:
		return 0
	}
	return product / math.Sqrt(squareA*squareB)
}

// Sobel and the mean of a field are the sums that their kernels give.
func TestGradients(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, size := anyPlane(t, 9), 2*rapid.IntRange(0, 3).Draw(t, "size")+1
		gx, gy := Sobel(p)
		mean := gx.Mean(size)
		at := func(x, y int) float64 { return float64(p.Pix[Reflect(y, p.H)*p.W+Reflect(x, p.W)]) }
		for y := range p.H {
			for x := range p.W {
				var wantX, wantY, sum float64
				for d, weight := range map[int]float64{-1: 1, 0: 2, 1: 1} {
					wantX += weight * (at(x+1, y+d) - at(x-1, y+d))
					wantY += weight * (at(x+d, y+1) - at(x+d, y-1))
				}
				for j := -size / 2; j <= size/2; j++ {
					for i := -size / 2; i <= size/2; i++ {
						sum += float64(gx.At[Reflect(y+j, p.H)*p.W+Reflect(x+i, p.W)])
					}
				}
				k := y*p.W + x
				if float64(gx.At[k]) != wantX || float64(gy.At[k]) != wantY || math.Abs(float64(mean.At[k])-sum/float64(size*size)) > 1e-3 {
					t.Fatalf("at %d, %d: %v, %v, %v, want %v, %v, %v", x, y, gx.At[k], gy.At[k], mean.At[k], wantX, wantY, sum/float64(size*size))
				}
			}
		}
	})
}

// A pixel stays bright if no dark one is within the radius.
func TestErodeDisc(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, radius := anyPlane(t, 12), rapid.IntRange(0, 4).Draw(t, "radius")
		got := ErodeDisc(p, radius)
		for y := range p.H {
			for x := range p.W {
				want := uint8(255)
				for j := range p.H {
					for i := range p.W {
						if (i-x)*(i-x)+(j-y)*(j-y) <= radius*radius {
							want = min(want, p.Pix[j*p.W+i])
						}
					}
				}
				if got.Pix[y*p.W+x] != want {
					t.Fatalf("at %d, %d: %d, want %d", x, y, got.Pix[y*p.W+x], want)
				}
			}
		}
	})
}

// Two levels that fill a picture equally become the middle and the brightest; a ramp whose
// histogram is even stays as it is.
func TestCLAHE(t *testing.T) {
	t.Parallel()
	p := New(64, 64)
	for i := range p.Pix {
		p.Pix[i] = uint8(100 + 50*(i%2))
	}
	if got := CLAHE(p, 1, 256); got.Pix[0] != 128 || got.Pix[1] != 255 {
		t.Errorf("the levels are %d and %d", got.Pix[0], got.Pix[1])
	}
	ramp := New(256, 64)
	for i := range ramp.Pix {
		ramp.Pix[i] = uint8(i % 256)
	}
	for i, v := range CLAHE(ramp, 1, 3).Pix {
		if d := int(v) - int(ramp.Pix[i]); d < -1 || d > 1 {
			t.Fatalf("%d became %d", ramp.Pix[i], v)
		}
	}
}

// A shift by half a pixel shows the mean of two.
func TestRemap(t *testing.T) {
	t.Parallel()
	src := image.NewGray(image.Rect(0, 0, 3, 1))
	copy(src.Pix, []uint8{10, 20, 40})
	got := Remap(src, 3, 1, func(x, y float64) (float64, float64) { return x + 0.5, y }).(*image.Gray)
	if got.Pix[0] != 15 || got.Pix[1] != 30 || got.Pix[2] != 20 {
		t.Errorf("got %v", got.Pix)
	}
}
