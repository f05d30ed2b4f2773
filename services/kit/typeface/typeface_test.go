package typeface_test

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/typeface"
)

// fonts is the folder where make build puts the additional fonts.
const fonts = "../../../bin/fonts"

// lines are the same sentence in the supported scripts.
var lines = map[string]string{
	"Latin": "Caution: wet floor", "Greek": "Προσοχή", "Cyrillic": "Осторожно",
	"Chinese": "小心地滑 出口", "traditional Chinese": "請勿靠近 龜", "Japanese": "足元注意 カタカナ ひらがな 駅", "Korean": "미끄럼 주의",
	"Arabic": "تحذير", "Hebrew": "זהירות", "Thai": "ระวังพื้นลื่น", "Devanagari": "सावधान",
	"mixed": "出口 exit مخرج 12",
}

func face(t *testing.T, folder string) *typeface.Face {
	t.Helper()
	set, err := typeface.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	return set.Face(32, false)
}

func drawn(f *typeface.Face, text string) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 460, 48))
	f.Draw(img, text, 8, 34, color.Black)
	return img
}

func ink(img *image.RGBA) (n int) {
	for i := 3; i < len(img.Pix); i += 4 {
		n += int(img.Pix[i])
	}
	return n
}

func TestEveryScriptIsDrawn(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(fonts); err != nil {
		t.Fatalf("%v: run make build", err)
	}
	with, without := face(t, fonts), face(t, t.TempDir())
	for script, text := range lines {
		img := drawn(with, text)
		if ink(img) == 0 {
			t.Errorf("%s: nothing is drawn", script)
		}
		if script == "Latin" || script == "Greek" || script == "Cyrillic" {
			continue
		}
		for _, r := range text {
			if r < 0x300 {
				continue
			}
			if one, box := drawn(with, string(r)), drawn(without, string(r)); string(one.Pix) == string(box.Pix) {
				t.Errorf("%s: %q is a box", script, r)
			}
		}
		if w := with.Width(text); w <= 0 || w > 460 {
			t.Errorf("%s is %f pixels wide", script, w)
		}
	}
	if path := os.Getenv("KEYHOLE_LOOK"); path != "" { // for a person to look at
		page := image.NewRGBA(image.Rect(0, 0, 460, 48*len(lines)))
		for i := range page.Pix {
			page.Pix[i] = 255
		}
		y := 34.0
		for _, text := range lines {
			with.Draw(page, text, 8, y, color.Black)
			y += 48
		}
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := png.Encode(f, page); err != nil {
			t.Fatal(err)
		}
	}
}

// Arabic letters join, and run from right to left.
func TestArabicIsShaped(t *testing.T) {
	t.Parallel()
	f := face(t, fonts)
	apart := f.Width("ت") + f.Width("ح") + f.Width("ذ")
	if joined := f.Width("تحذ"); joined >= apart {
		t.Errorf("joined letters take %.1f pixels, single ones %.1f", joined, apart)
	}
	// The first letter of the text is at the right end of the line.
	first, line := drawn(f, "م"), drawn(f, "م الف")
	if right(line) <= right(first) {
		t.Error("the line does not grow to the left of its first letter")
	}
}

func right(img *image.RGBA) (last int) {
	for x := range img.Rect.Dx() {
		for y := range img.Rect.Dy() {
			if img.RGBAAt(x, y).A > 0 {
				last = x
			}
		}
	}
	return last
}

// A glyph that is partly outside the picture is clipped.
func TestTextIsClipped(t *testing.T) {
	t.Parallel()
	f := face(t, fonts)
	img := image.NewRGBA(image.Rect(0, 0, 20, 20))
	for _, at := range [][2]float64{{-10, 10}, {15, 25}, {10, -5}, {-1e9, 5}, {1e9, 1e9}} {
		f.Draw(img, "出口 exit", at[0], at[1], color.Black)
	}
	if f.Width("") != 0 {
		t.Error("an empty line has a width")
	}
}

func FuzzDraw(f *testing.F) {
	for _, text := range lines {
		f.Add(text)
	}
	f.Add("\u202e\u2066a\u0301\x00\xff\U0010ffff")
	set, err := typeface.Open(fonts)
	if err != nil {
		f.Fatal(err)
	}
	one := set.Face(18, true)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 200 {
			return
		}
		one.Draw(image.NewRGBA(image.Rect(0, 0, 50, 20)), text, 2, 15, color.Black)
		if one.Width(text) < 0 {
			t.Fatal("a line of negative width")
		}
	})
}
