package imaging

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"
)

// noise is a picture in each of the forms that have their own sampling code.
func noise(w, h int) map[string]image.Image {
	r := rand.New(rand.NewPCG(1, 2))
	pictures := map[string]image.Image{}
	for _, ratio := range []image.YCbCrSubsampleRatio{
		image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420,
		image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410,
	} {
		img := image.NewYCbCr(image.Rect(0, 0, w, h), ratio)
		for i := range img.Y {
			img.Y[i] = uint8(64 + r.IntN(128))
		}
		// In pale colours one implementation clips before interpolation, the other after
		// it.
		for i := range img.Cb {
			img.Cb[i], img.Cr[i] = uint8(110+r.IntN(36)), uint8(110+r.IntN(36))
		}
		pictures[ratio.String()] = img
	}
	rgba, nrgba, gray := image.NewRGBA(image.Rect(0, 0, w, h)), image.NewNRGBA(image.Rect(0, 0, w, h)), image.NewGray(image.Rect(0, 0, w, h))
	for i := range rgba.Pix {
		rgba.Pix[i] = uint8(r.IntN(256))
		nrgba.Pix[i] = uint8(r.IntN(256))
		if i%4 == 3 {
			rgba.Pix[i] = 255
		}
	}
	for i := range gray.Pix {
		gray.Pix[i] = uint8(r.IntN(256))
	}
	pictures["RGBA"], pictures["NRGBA"], pictures["Gray"] = rgba, nrgba, gray
	return pictures
}

// slow is textbook bilinear sampling of RGB values, one at a time.
func slow(img image.Image, x, y float64) [3]float64 {
	b := img.Bounds()
	clampTo := func(v float64, n int) (int, int, float64) {
		if v < 0 {
			return 0, 0, 0
		}
		i := int(v)
		if i >= n-1 {
			return n - 1, n - 1, 0
		}
		return i, i + 1, v - float64(i)
	}
	x0, x1, wx := clampTo(x, b.Dx())
	y0, y1, wy := clampTo(y, b.Dy())
	at := func(x, y int) [3]float64 {
		switch c := img.At(b.Min.X+x, b.Min.Y+y).(type) {
		case color.NRGBA:
			return [3]float64{float64(c.R), float64(c.G), float64(c.B)}
		case color.YCbCr:
			r, g, b := color.YCbCrToRGB(c.Y, c.Cb, c.Cr)
			return [3]float64{float64(r), float64(g), float64(b)}
		default:
			r, g, b, _ := c.RGBA()
			return [3]float64{float64(r >> 8), float64(g >> 8), float64(b >> 8)}
		}
	}
	var out [3]float64
	for i := range out {
		top := at(x0, y0)[i]*(1-wx) + at(x1, y0)[i]*wx
		low := at(x0, y1)[i]*(1-wx) + at(x1, y1)[i]*wx
		out[i] = top*(1-wy) + low*wy
	}
	return out
}

func TestFillSamplesAsATextbookDoes(t *testing.T) {
	t.Parallel()
	for name, img := range noise(61, 47) {
		crop := Crop(img, image.Rect(7, 3, 60, 40)) // odd offsets: chroma lies between pixels
		for _, size := range []image.Point{{X: 90, Y: 33}, {X: 20, Y: 20}, {X: 53, Y: 37}, {X: 300, Y: 300}} {
			for _, mode := range []Mode{Stretch, Letterbox, CornerLetterbox} {
				checkFill(t, name, crop, mode, size)
			}
		}
	}
}

func checkFill(t *testing.T, name string, img image.Image, mode Mode, size image.Point) {
	t.Helper()
	tensor := Tensor{Width: size.X, Height: size.Y, Scale: [3]float32{1, 2, 3}, Shift: [3]float32{0, 10, 20}, Padding: 114, BGR: true}
	b := img.Bounds()
	fit := NewFit(mode, b.Dx(), b.Dy(), size.X, size.Y)
	dst := make([]float32, tensor.Len())
	if err := tensor.Fill(dst, img, fit); err != nil {
		t.Fatal(err)
	}
	for y := range size.Y {
		for x := range size.X {
			want := [3]float64{114, 114, 114}
			inX, inY := x-fit.Left, y-fit.Top
			if inX >= 0 && inX < fit.Width && inY >= 0 && inY < fit.Height {
				want = slow(img, (float64(inX)+0.5)*float64(b.Dx())/float64(fit.Width)-0.5, (float64(inY)+0.5)*float64(b.Dy())/float64(fit.Height)-0.5)
			}
			for i, colour := range []int{2, 1, 0} {
				got := (float64(dst[(i*size.Y+y)*size.X+x]) - float64(tensor.Shift[i])) / float64(tensor.Scale[i])
				if math.Abs(got-want[colour]) > 1.6 { // colour conversion and weights round
					t.Fatalf("%s %s to %v: pixel %d,%d plane %d is %.2f, want %.2f", name, mode, size, x, y, i, got, want[colour])
				}
			}
		}
	}
}

func TestFitCarriesPointsBack(t *testing.T) {
	t.Parallel()
	for _, mode := range []Mode{Stretch, Letterbox, CornerLetterbox} {
		f := NewFit(mode, 1000, 500, 640, 640)
		x, y := f.Back(float64(f.Left)+100*f.ScaleX, float64(f.Top)+200*f.ScaleY)
		if math.Abs(x-100) > 1e-6 || math.Abs(y-200) > 1e-6 {
			t.Errorf("%s: 100,200 came back as %v,%v", mode, x, y)
		}
		if x, y := f.Back(-1e9, math.NaN()); x != 0 || y != 0 {
			t.Errorf("%s: what lies outside came back as %v,%v", mode, x, y)
		}
		if x, y := f.Back(1e9, math.Inf(1)); x != 1000 || y != 500 {
			t.Errorf("%s: what lies outside came back as %v,%v", mode, x, y)
		}
	}
	if f := NewFit(Letterbox, 10000, 1, 64, 64); f.Height != 1 {
		t.Errorf("a very wide picture was fitted to a height of %d", f.Height)
	}
}

func TestWarpUprightIsFill(t *testing.T) {
	t.Parallel()
	for name, img := range noise(60, 40) {
		tensor := Tensor{Width: 64, Height: 16, Scale: [3]float32{1, 1, 1}}
		got, want := make([]float32, tensor.Len()), make([]float32, tensor.Len())
		part := image.Rect(10, 5, 40, 20)
		quad := Quad{{10, 5}, {40, 5}, {40, 20}, {10, 20}}
		if err := tensor.Warp(got, img, quad, 64); err != nil {
			t.Fatal(err)
		}
		if err := tensor.Fill(want, Crop(img, part), NewFit(Stretch, 30, 15, 64, 16)); err != nil {
			t.Fatal(err)
		}
		for i := range got {
			inner := i%64 > 3 && i%64 < 60 && i/64%16 > 1 && i/64%16 < 14 // a crop does not see its neighbours
			if inner && math.Abs(float64(got[i]-want[i])) > 1.5 {
				t.Fatalf("%s: element %d is %v, want %v", name, i, got[i], want[i])
			}
		}
	}
}

// A quarter turn: the left column is read as the top row.
func TestWarpTurns(t *testing.T) {
	t.Parallel()
	img := image.NewRGBA(image.Rect(0, 0, 8, 16))
	for y := range 16 {
		for x := range 8 {
			img.SetRGBA(x, y, color.RGBA{uint8(x * 10), uint8(y * 10), 0, 255})
		}
	}
	tensor := Tensor{Width: 16, Height: 8, Scale: [3]float32{1, 1, 1}}
	dst := make([]float32, tensor.Len())
	quad := Quad{{8, 0}, {8, 16}, {0, 16}, {0, 0}}
	if err := tensor.Warp(dst, img, quad, 16); err != nil {
		t.Fatal(err)
	}
	for y := range 8 {
		for x := range 16 {
			r, g := dst[y*16+x], dst[8*16+y*16+x]
			if math.Abs(float64(r)-float64((7-y)*10)) > 0.1 || math.Abs(float64(g)-float64(x*10)) > 0.1 {
				t.Fatalf("pixel %d,%d came from %v,%v", x, y, r/10, g/10)
			}
		}
	}
}
