package raster

import (
	"image"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/keyhole-dev/keyhole/services/runner/geometry"
)

// between is the slow plain version: it weighs four pixels of one channel by the distance to
// the place, in parts of 1/32. Points outside are black.
func between(src *image.RGBA, x, y float64, channel int) uint8 {
	x, y = math.Round(x*32)/32, math.Round(y*32)/32
	left, top := math.Floor(x), math.Floor(y)
	sum := 0.0
	for i := range 4 {
		at := image.Pt(int(left)+i%2, int(top)+i/2)
		if !at.In(src.Rect) {
			continue
		}
		sum += (1 - math.Abs(x-float64(at.X))) * (1 - math.Abs(y-float64(at.Y))) * float64(src.Pix[src.PixOffset(at.X, at.Y)+channel])
	}
	return uint8(math.RoundToEven(sum))
}

func TestRemapAgainstPlainVersion(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 9).Draw(t, "width"), rapid.IntRange(1, 9).Draw(t, "height")
		src := image.NewRGBA(image.Rect(0, 0, w, h))
		for i := range src.Pix {
			src.Pix[i] = uint8(rapid.IntRange(0, 255).Draw(t, "value"))
			if i%4 == 3 {
				src.Pix[i] = 255
			}
		}
		part := rapid.Float64Range(-1.5, 1.5)
		from := geometry.Homography{part.Draw(t, "a"), part.Draw(t, "b"), 4 * part.Draw(t, "c"), part.Draw(t, "d"), part.Draw(t, "e"), 4 * part.Draw(t, "f"), 0.02, -0.01, 1}
		got := Warp(src, 12, 7, from).(*image.RGBA)
		for i := range 12 * 7 {
			p := from.Apply(geometry.Point{X: float64(i % 12), Y: float64(i / 12)})
			for c := range 3 {
				if want := between(src, p.X, p.Y, c); got.Pix[4*i+c] != want {
					t.Fatalf("pixel %d, %d shows %v, channel %d is %d, want %d", i%12, i/12, p, c, got.Pix[4*i+c], want)
				}
			}
		}
	})
	src := image.NewGray(image.Rect(0, 0, 3, 3))
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300, -1e300} {
		if out := Remap(src, 4, 4, func(float64, float64) (float64, float64) { return v, v }); out.Bounds().Dx() != 4 {
			t.Errorf("%v: %v", v, out.Bounds())
		}
	}
}

// The slow plain version weighs each pair of a column and a row.
func TestResizeAgainstPlainVersion(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := anyPlane(t, 20)
		w, h := rapid.IntRange(1, 30).Draw(t, "new width"), rapid.IntRange(1, 30).Draw(t, "new height")
		of := linear
		if w <= p.W && h <= p.H {
			of = area
		}
		columns, rows := of(p.W, w), of(p.H, h)
		got := Resize(p, w, h)
		for i, v := range got.Pix {
			x, y := i%w, i/w
			sum, whole := 0.0, 0.0
			for j, a := range rows.weights[rows.start[y]:rows.start[y+1]] {
				for k, b := range columns.weights[columns.start[x]:columns.start[x+1]] {
					sum += float64(a) * float64(b) * float64(p.Row(rows.first[y] + j)[columns.first[x]+k])
					whole += float64(a) * float64(b)
				}
			}
			if math.Abs(sum-float64(v)) > 0.51 || math.Abs(whole-1) > 1e-3 {
				t.Fatalf("%d, %d is %d, want %v of %v", x, y, v, sum, whole)
			}
		}
	})
}

func TestMirrorAgainstPlanes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 7).Draw(t, "width"), rapid.IntRange(1, 7).Draw(t, "height")
		src := image.NewRGBA(image.Rect(0, 0, w, h))
		for i := range src.Pix {
			src.Pix[i] = uint8(rapid.IntRange(0, 255).Draw(t, "value")) | map[bool]uint8{true: 255}[i%4 == 3]
		}
		for i := range 4 {
			vertical, horizontal := i&1 == 1, i&2 == 2
			got := Mirror(src, vertical, horizontal)
			want := Each(src, func(p Plane) Plane { return Flip(p, vertical, horizontal) })
			for k := range w * h {
				if got.At(k%w, k/w) != want.At(k%w, k/w) {
					t.Fatalf("%v %v: pixel %d", vertical, horizontal, k)
				}
			}
		}
	})
}
