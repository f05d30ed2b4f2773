package gateway

import (
	"fmt"
	"image"
	"image/color"
	"strings"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// previewFonts are the letters of previews. They know Latin, Greek and Cyrillic;
// for others the box of the font stands.
type previewFonts struct{ regular, bold *opentype.Font }

func openFonts() (*previewFonts, error) {
	regular, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return nil, fmt.Errorf("parse regular font: %w", err)
	}
	bold, err := opentype.Parse(gobold.TTF)
	if err != nil {
		return nil, fmt.Errorf("parse bold font: %w", err)
	}
	return &previewFonts{regular: regular, bold: bold}, nil
}

// face is for one picture: a face keeps buffers and is not shared.
func (f *previewFonts) face(of *opentype.Font, px float64) (font.Face, error) {
	face, err := opentype.NewFace(of, &opentype.FaceOptions{Size: px, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return nil, fmt.Errorf("size font: %w", err)
	}
	return face, nil
}

// text writes one line, cut with an ellipsis where the room ends.
func (c *canvas) text(face font.Face, text string, x, y, room float64, with color.RGBA) {
	d := font.Drawer{
		Dst: c.RGBA, Src: image.NewUniform(with), Face: face,
		Dot: fixed.Point26_6{X: fixed.Int26_6(x * 64), Y: fixed.Int26_6(y * 64)},
	}
	d.DrawString(fit(&d, plainLine(text), fixed.Int26_6(room*64)))
}

// maxLine is more than fits at any size, so that a long title costs nothing.
const maxLine = 200

func plainLine(text string) string {
	runes := []rune(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, text))
	return string(runes[:min(len(runes), maxLine)])
}

func fit(d *font.Drawer, text string, room fixed.Int26_6) string {
	if d.MeasureString(text) <= room {
		return text
	}
	runes := []rune(text)
	for n := len(runes) - 1; n > 0; n-- {
		if short := strings.TrimRight(string(runes[:n]), " ") + "…"; d.MeasureString(short) <= room {
			return short
		}
	}
	return ""
}
