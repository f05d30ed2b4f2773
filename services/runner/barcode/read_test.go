package barcode_test

import (
	"context"
	"errors"
	"image"
	"image/draw"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	boombuler "github.com/boombuler/barcode"
	"github.com/boombuler/barcode/aztec"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/code39"
	"github.com/boombuler/barcode/datamatrix"
	"github.com/boombuler/barcode/ean"
	"github.com/boombuler/barcode/qr"
	"github.com/boombuler/barcode/twooffive"

	"github.com/keyhole-dev/keyhole/services/runner/barcode"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
)

// drawn is a code and its place. The encoder is another library than the reader.
type drawn struct {
	code boombuler.Barcode
	at   image.Rectangle
}

func picture(t testing.TB, w, h int, all ...drawn) raster.Plane {
	t.Helper()
	sheet := image.NewGray(image.Rect(0, 0, w, h))
	draw.Draw(sheet, sheet.Rect, image.White, image.Point{}, draw.Src)
	for _, d := range all {
		scaled, err := boombuler.Scale(d.code, d.at.Dx(), d.at.Dy())
		if err != nil {
			t.Fatal(err)
		}
		draw.Draw(sheet, d.at, scaled, image.Point{}, draw.Src)
	}
	return raster.Gray(sheet)
}

func must(t testing.TB) func(code boombuler.Barcode, err error) boombuler.Barcode {
	return func(code boombuler.Barcode, err error) boombuler.Barcode {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return code
	}
}

func texts(codes []barcode.Code) string {
	var out []string
	for _, c := range codes {
		out = append(out, c.Format+":"+c.Text)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestFormatsAndDirections(t *testing.T) {
	t.Parallel()
	m := must(t)
	box, line := image.Rect(60, 40, 260, 240), image.Rect(60, 40, 360, 120)
	checked, _ := code39.Encode("KEYHOLE-42", false, false)
	ean13, _ := ean.Encode("4006381333931")
	two, _ := twooffive.Encode("12345678901231", true)
	for i, c := range []struct {
		want string
		code boombuler.Barcode
		at   image.Rectangle
	}{
		{"QR_CODE:a small text", m(qr.Encode("a small text", qr.M, qr.Auto)), box},
		{"QR_CODE:" + strings.Repeat("0123456789", 30), m(qr.Encode(strings.Repeat("0123456789", 30), qr.H, qr.Auto)), image.Rect(60, 40, 400, 380)},
		{"DATA_MATRIX:matrix", m(datamatrix.Encode("matrix")), box},
		{"AZTEC:aztec", m(aztec.Encode([]byte("aztec"), 33, 0)), box},
		{"CODE_128:Key 128", m(code128.Encode("Key 128")), line},
		{"CODE_39:KEYHOLE-42", checked, line},
		{"EAN_13:4006381333931", ean13, line},
		{"ITF:12345678901231", two, line},
	} {
		upright := picture(t, 440, 440, drawn{c.code, c.at})
		for _, turn := range []int{0, 1 + i%3} {
			codes, err := barcode.ReadAll(t.Context(), turned(upright, turn))
			if err != nil || texts(codes) != c.want {
				t.Errorf("%s turned %d times: read %q, %v", c.want, turn, texts(codes), err)
			}
		}
		codes, _ := barcode.ReadAll(t.Context(), upright)
		if len(codes) == 1 && !near(codes[0], c.at, 8) {
			t.Errorf("%s is at %v, found at %+v", c.want, c.at, codes[0])
		}
	}
}

// near compares a box with the place where the code was drawn. For Data Matrix and Aztec, the
// reader reports the centres of the corner modules; for bar codes, the middle of the guard
// bars.
func near(c barcode.Code, at image.Rectangle, within float64) bool {
	quiet := 80.0 // an encoder centres whole modules in the requested size
	for _, d := range []float64{c.X0 - float64(at.Min.X), c.Y0 - float64(at.Min.Y), float64(at.Max.X) - c.X1, float64(at.Max.Y) - c.Y1} {
		if d < -within || d > within+quiet {
			return false
		}
	}
	return true
}

func turned(p raster.Plane, quarters int) raster.Plane {
	for range quarters {
		next := raster.New(p.H, p.W)
		for y := range p.H {
			for x := range p.W {
				next.Pix[x*p.H+p.H-1-y] = p.Pix[y*p.W+x]
			}
		}
		p = next
	}
	return p
}

func TestSeveralCodes(t *testing.T) {
	t.Parallel()
	m := must(t)
	var all []drawn
	var want []string
	for i := range 6 {
		text := "code number " + string(rune('a'+i))
		all = append(all, drawn{m(qr.Encode(text, qr.M, qr.Auto)), image.Rect(i%3*220+10, i/3*220+10, i%3*220+210, i/3*220+210)})
		want = append(want, "QR_CODE:"+text)
	}
	codes, err := barcode.ReadQR(t.Context(), picture(t, 680, 460, all...))
	if err != nil || texts(codes) != strings.Join(want, " ") {
		t.Errorf("read %q, %v", texts(codes), err)
	}
	bars := picture(t, 700, 400,
		drawn{m(code128.Encode("left")), image.Rect(20, 20, 320, 120)}, drawn{m(code128.Encode("right")), image.Rect(370, 20, 670, 120)},
		drawn{m(code128.Encode("left")), image.Rect(20, 250, 320, 350)})
	codes, err = barcode.ReadAll(t.Context(), bars)
	if err != nil || texts(codes) != "CODE_128:left CODE_128:left CODE_128:right" {
		t.Errorf("read %q, %v", texts(codes), err)
	}
	if codes, _ = barcode.ReadQR(t.Context(), bars); len(codes) != 0 {
		t.Errorf("bars are QR codes: %v", codes)
	}
}

// A picture above the limit is searched at a smaller size. The boxes are in pixels of the
// original.
func TestLargePicture(t *testing.T) {
	t.Parallel()
	at := image.Rect(1200, 900, 1600, 1300)
	codes, err := barcode.ReadQR(t.Context(), picture(t, 2600, 2000, drawn{must(t)(qr.Encode("large", qr.M, qr.Auto)), at}))
	if err != nil || texts(codes) != "QR_CODE:large" || !near(codes[0], at, 12) {
		t.Errorf("read %+v, %v", codes, err)
	}
}

// Thousands of finder patterns make more triples than a run can examine.
func TestHostilePictures(t *testing.T) {
	t.Parallel()
	grid, noise := raster.New(800, 800), raster.New(500, 400)
	for i := range grid.Pix {
		x, y := i%800%16-8, i/800%16-8
		ring := max(int(math.Abs(float64(x))), int(math.Abs(float64(y))))
		grid.Pix[i] = map[bool]uint8{true: 0, false: 255}[ring < 3 || ring == 5 || ring == 4]
		if ring > 5 || ring == 3 {
			grid.Pix[i] = 255
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range noise.Pix {
		noise.Pix[i] = uint8(random.IntN(256))
	}
	for name, p := range map[string]raster.Plane{
		"grid": grid, "noise": noise, "black": raster.New(500, 500), "dot": raster.New(1, 1), "row": raster.New(3000, 1), "column": raster.New(1, 3000), "empty": {},
	} {
		codes, err := barcode.ReadAll(t.Context(), p)
		if err != nil || len(codes) != 0 {
			t.Errorf("%s: %v, %v", name, codes, err)
		}
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := barcode.ReadAll(stopped, grid); !errors.Is(err, context.Canceled) {
		t.Errorf("a search that nobody waits for ends with %v", err)
	}
}

func FuzzRead(f *testing.F) {
	small := picture(f, 60, 60, drawn{must(f)(qr.Encode("x", qr.L, qr.Auto)), image.Rect(5, 5, 55, 55)})
	f.Add(uint8(60), small.Pix)
	bars, _ := ean.Encode("40170725")
	f.Add(uint8(120), picture(f, 120, 30, drawn{bars, image.Rect(10, 0, 110, 30)}).Pix)
	f.Fuzz(func(t *testing.T, width uint8, pixels []byte) {
		w := int(width)
		if w == 0 || len(pixels) > 1<<15 {
			return
		}
		h := len(pixels) / w
		if _, err := barcode.ReadAll(t.Context(), raster.Plane{W: w, H: h, Pix: pixels[:w*h]}); err != nil {
			t.Fatal(err)
		}
	})
}
