package imaging

import (
	"image"
	"image/color"
	"math"
	"testing"

	"pgregory.net/rapid"
)

var red = color.RGBA{255, 0, 0, 255}

func painted(img *image.RGBA) (n int, bounds image.Rectangle) {
	for y := img.Rect.Min.Y; y < img.Rect.Max.Y; y++ {
		for x := img.Rect.Min.X; x < img.Rect.Max.X; x++ {
			if img.RGBAAt(x, y) == red {
				n++
				bounds = bounds.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return n, bounds
}

// touched counts all painted pixels: thin strokes are never fully red.
func touched(img *image.RGBA) (n int) {
	for i := 3; i < len(img.Pix); i += 4 {
		if img.Pix[i] != 0 {
			n++
		}
	}
	return n
}

func TestBoxIsAnOutline(t *testing.T) {
	t.Parallel()
	for _, roundness := range []float64{0, 0.5, 1} {
		img := image.NewRGBA(image.Rect(0, 0, 100, 80))
		Box(img, [4]float64{20, 10, 70, 60}, red, 2, roundness)
		if _, bounds := painted(img); bounds.Dx() < 51 || bounds.Dx() > 53 || bounds.Min.X < 18 || bounds.Min.X > 20 {
			t.Errorf("roundness %v: painted %v", roundness, bounds)
		}
		for _, p := range []image.Point{{45, 10}, {45, 60}, {20, 35}, {70, 35}} {
			if img.RGBAAt(p.X, p.Y) != red {
				t.Errorf("roundness %v: the line is not at %v", roundness, p)
			}
		}
		if img.RGBAAt(45, 35) == red {
			t.Errorf("roundness %v: the inside is painted", roundness)
		}
		if corner := img.RGBAAt(20, 10) == red; corner != (roundness == 0) {
			t.Errorf("roundness %v: the corner is painted: %v", roundness, corner)
		}
	}
}

// Drawing any box that a model returns succeeds quickly.
func TestAnyBoxCanBeDrawn(t *testing.T) {
	t.Parallel()
	img := image.NewRGBA(image.Rect(0, 0, 50, 40))
	special := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300, -1e300, 0, 20}
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.OneOf(rapid.SampledFrom(special), rapid.Float64Range(-100, 100))
		box := [4]float64{side.Draw(t, "x0"), side.Draw(t, "y0"), side.Draw(t, "x1"), side.Draw(t, "y1")}
		Box(img, box, red, rapid.IntRange(-5, 2000).Draw(t, "thickness"), rapid.Float64Range(0, 2).Draw(t, "roundness"))
		Plate(img, round(box), red, rapid.IntRange(-5, 200).Draw(t, "radius"))
	})
}

func TestTextIsWritten(t *testing.T) {
	t.Parallel()
	fonts, err := NewFonts("../../../bin/fonts")
	if err != nil {
		t.Fatal(err)
	}
	for _, style := range []Style{{0.5, 1}, {1, 1}, {2, 3}, {1e9, 1}, {-1, 0}} {
		w, h := fonts.Measure("Keyhole 中文", style)
		if w < 20 || h < 3 {
			t.Fatalf("%+v measures %d by %d", style, w, h)
		}
		img := image.NewRGBA(image.Rect(0, 0, min(w, 3000)+8, h+40))
		fonts.Draw(img, "Keyhole 中文", 4, h+20, red, style)
		if n := touched(img); n < w {
			t.Errorf("%+v painted %d pixels", style, n)
		}
	}
	if _, h := fonts.Measure("H", Style{Scale: 1, Thickness: 1}); h < 19 || h > 23 {
		t.Errorf("capitals at scale 1 are %d pixels high, want about 21", h)
	}
}
