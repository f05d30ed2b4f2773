package typeface

import (
	"image"
	"image/color"
	"image/draw"
	"slices"
	"sync"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// Face draws at one size. It is safe for concurrent use, one call at a time.
type Face struct {
	// mu guards all fields below: the shaper and the rasteriser keep buffers between calls.
	mu      sync.Mutex
	size    fixed.Int26_6
	main    *font.Face
	further []*font.Face // made when a character first needs them
	fonts   func() []*font.Font

	segmenter shaping.Segmenter
	shaper    shaping.HarfbuzzShaper
	wrapper   shaping.LineWrapper
	raster    vector.Rasterizer
}

// Face makes a face of a size in pixels per em.
func (s *Set) Face(size float64, bold bool) *Face {
	main := s.regular
	if bold {
		main = s.bold
	}
	return &Face{size: fixed.Int26_6(size * 64), main: font.NewFace(main), fonts: s.further}
}

// ResolveFace implements [shaping.Fontmap]. It returns the first font that has the
// character.
func (f *Face) ResolveFace(r rune) *font.Face {
	if _, ok := f.main.NominalGlyph(r); ok {
		return f.main
	}
	if f.further == nil {
		f.further = []*font.Face{}
		for _, one := range f.fonts() {
			f.further = append(f.further, font.NewFace(one))
		}
	}
	for _, face := range f.further {
		if _, ok := face.NominalGlyph(r); ok {
			return face
		}
	}
	return f.main
}

// shape lays out one line and returns its runs from left to right.
func (f *Face) shape(text string) []shaping.Output {
	runes := []rune(text)
	if len(runes) == 0 {
		return nil
	}
	direction := directionOf(runes)
	inputs := f.segmenter.Split(shaping.Input{Text: runes, RunEnd: len(runes), Direction: direction, Size: f.size}, f)
	runs := make([]shaping.Output, len(inputs))
	for i, in := range inputs {
		runs[i] = f.shaper.Shape(in)
	}
	const noWrap = 1 << 24
	config := shaping.WrapConfig{Direction: direction, DisableTrailingWhitespaceTrim: true, BreakPolicy: shaping.Never}
	lines, _ := f.wrapper.WrapParagraph(config, noWrap, runes, shaping.NewSliceIterator(runs))
	var out []shaping.Output
	for _, line := range lines {
		slices.SortFunc(line, func(a, b shaping.Output) int { return int(a.VisualIndex - b.VisualIndex) })
		out = append(out, line...)
	}
	return out
}

// Width returns the width of a line of text, in pixels.
func (f *Face) Width(text string) float64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	var width fixed.Int26_6
	for _, run := range f.shape(text) {
		width += run.Advance
	}
	return float64(width) / 64
}

// CapHeight returns the height of a capital letter, in pixels.
func (f *Face) CapHeight() float64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return float64(f.main.LineMetric(font.CapHeight)) * f.scale(f.main)
}

// Draw writes a line of text. x and y are the left end of its baseline.
func (f *Face) Draw(dst draw.Image, text string, x, y float64, c color.Color) {
	f.mu.Lock()
	defer f.mu.Unlock()
	pen := pen{x: x, y: y, to: dst, with: image.NewUniform(c), raster: &f.raster}
	for _, run := range f.shape(text) {
		for _, g := range run.Glyphs {
			if outline, ok := run.Face.GlyphDataOutline(g.GlyphID); ok {
				pen.glyph(outline.Segments, pixels(g.XOffset), pixels(g.YOffset), f.scale(run.Face))
			}
			pen.x += pixels(g.Advance)
		}
	}
}

func pixels(v fixed.Int26_6) float64 { return float64(v) / 64 }

// scale returns the factor from a font's units to pixels.
func (f *Face) scale(of *font.Face) float64 { return float64(f.size) / 64 / float64(of.Upem()) }

func directionOf(runes []rune) di.Direction {
	for _, r := range runes {
		switch strong(r) {
		case leftToRight:
			return di.DirectionLTR
		case rightToLeft:
			return di.DirectionRTL
		}
	}
	return di.DirectionLTR
}
