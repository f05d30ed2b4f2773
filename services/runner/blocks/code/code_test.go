package code_test

import (
	"image"
	"image/color"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/code"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

func generate(t *testing.T, fields map[string]any) image.Image {
	t.Helper()
	out, err := blocktest.Run(t, code.Blocks(), "qr_code_generator@v1", fields)
	if err != nil {
		t.Fatal(err)
	}
	pixels, err := out["qr_code"].(*value.Image).Pixels(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return pixels
}

// Version 1 has 21 modules on a side, of 10 pixels each. Its three corner patterns are dark
// squares of 7 with a light ring inside of the edge.
func TestGeneratedCode(t *testing.T) {
	t.Parallel()
	dark, light := color.RGBA{R: 255, A: 255}, color.RGBA{G: 255, B: 255, A: 255}
	pixels := generate(t, map[string]any{"text": "HELLO", "border": 2, "fill_color": "RED", "back_color": "#00ffff"})
	if pixels.Bounds() != image.Rect(0, 0, 250, 250) {
		t.Fatalf("the picture is %v", pixels.Bounds())
	}
	module := func(x, y int) color.Color { return pixels.At((x+2)*10+9, (y+2)*10) }
	for i := -1; i <= 7; i++ {
		for k := -1; k <= 7; k++ {
			ring := max(i-3, 3-i, k-3, 3-k)
			want := light
			if ring == 3 || ring < 2 {
				want = dark
			}
			for _, at := range []image.Point{{i, k}, {20 - i, k}, {i, 20 - k}} {
				if got := module(at.X, at.Y); got != want {
					t.Fatalf("module %v is %v, want %v", at, got, want)
				}
			}
		}
	}
	for name, side := range map[string]int{ // 20 bytes fit version 2 at Low and Medium, 3 at High
		"Low (~7% word recovery / highest data capacity)": 25, "Medium (~15% word recovery)": 25, "High (~30% word recovery / lowest data capacity)": 29,
	} {
		pixels := generate(t, map[string]any{"text": "twenty bytes of text", "error_correct": name})
		if got := pixels.Bounds().Dx(); got != (side+8)*10 {
			t.Errorf("%s: %d pixels", name, got)
		}
	}
}

func TestGeneratedCodesAreRead(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"https://example.com/s/42?a=b", "0123456789", "ALPHA-NUMERIC $42", "Grüße, 世界", strings.Repeat("long ", 100)} {
		picture := value.NewImage(generate(t, map[string]any{"text": text}), "code")
		for block, want := range map[string][2]string{"qr_code_detector@v1": {"qr_code", "qrcode-detection"}, "barcode_detector@v1": {"barcode", "barcode-detection"}} {
			out, err := blocktest.Run(t, code.Blocks(), block, map[string]any{"images": blocktest.Picture(picture)})
			if err != nil {
				t.Fatal(err)
			}
			d := out["predictions"].(*value.Detections)
			if d.Len() != 1 || d.Confidence[0] != 1 || d.ClassID[0] != 0 {
				t.Fatalf("%s found %+v", block, d)
			}
			got := [3]any{d.At("data", 0), d.Class(0), d.At(value.ColumnPredictionType, 0)}
			if diff := cmp.Diff([3]any{text, want[0], want[1]}, got); diff != "" {
				t.Errorf("%s: %s", block, diff)
			}
			side := float64(picture.Width())
			for i, edge := range []float64{40, 40, side - 40, side - 40} { // the border has four modules
				if d.XYXY[0][i] < edge-12 || d.XYXY[0][i] > edge+12 {
					t.Errorf("%s: the box of %q is %v, want 40 to %v", block, text, d.XYXY[0], side-40)
				}
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, fields := range map[string]map[string]any{
		"text must be a text":                     {"text": ""},
		"text is too long for a QR code":          {"text": strings.Repeat("x", 3000)},
		"border must be a whole number from 0":    {"text": "x", "border": -1},
		"fill_color is not a colour":              {"text": "x", "fill_color": "mud"},
		"border must be a whole number from 0 to": {"text": "x", "border": 5000},
	} {
		if _, err := blocktest.Run(t, code.Blocks(), "qr_code_generator@v1", fields); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v: %v, want %q", fields, err, name)
		}
	}
}

// A picture without codes gives detections without rows, whose picture is known.
func TestNoCodes(t *testing.T) {
	t.Parallel()
	grey := value.NewImage(imaging.Copy(image.NewGray(image.Rect(0, 0, 80, 60))), "grey")
	out, err := blocktest.Run(t, code.Blocks(), "barcode_detector@v1", map[string]any{"images": blocktest.Picture(grey)})
	if d, ok := out["predictions"].(*value.Detections); err != nil || !ok || d.Len() != 0 || d.Picture.Width != 80 {
		t.Errorf("found %+v, %v", out, err)
	}
}
