package typeface

import (
	"image"
	"image/draw"
	"math"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"golang.org/x/image/vector"
)

// pen fills glyphs, from left to right.
type pen struct {
	x, y   float64
	to     draw.Image
	with   image.Image
	raster *vector.Rasterizer
}

// glyph fills an outline in font units (y axis up), moved by an offset in pixels. It
// rasterises only the part of its bounding box that is on the picture.
func (p *pen) glyph(outline []font.Segment, dx, dy, scale float64) {
	left, top, right, bottom := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, s := range outline {
		for _, at := range s.ArgsSlice() {
			x, y := p.x+dx+float64(at.X)*scale, p.y-dy-float64(at.Y)*scale
			left, right = min(left, x), max(right, x)
			top, bottom = min(top, y), max(bottom, y)
		}
	}
	box := image.Rect(floor(left), floor(top), floor(right)+1, floor(bottom)+1)
	if len(outline) == 0 || box.Intersect(p.to.Bounds()).Empty() || box.Dx() > maxGlyph || box.Dy() > maxGlyph {
		return
	}
	p.raster.Reset(box.Dx(), box.Dy())
	place := func(at opentype.SegmentPoint) (float32, float32) {
		return float32(p.x + dx + float64(at.X)*scale - float64(box.Min.X)), float32(p.y - dy - float64(at.Y)*scale - float64(box.Min.Y))
	}
	for _, s := range outline {
		p.segment(s, place)
	}
	p.raster.ClosePath()
	// The rasteriser does not clip; drawing through a mask does.
	mask := image.NewAlpha(image.Rect(0, 0, box.Dx(), box.Dy()))
	p.raster.Draw(mask, mask.Rect, image.Opaque, image.Point{})
	draw.DrawMask(p.to, box, p.with, image.Point{}, mask, image.Point{}, draw.Over)
}

// maxGlyph bounds the bounding box of a glyph, in pixels, because a font file decides its
// size.
const maxGlyph = 4096

func floor(v float64) int { return int(math.Floor(math.Min(math.Max(v, -1e6), 1e6))) }

func (p *pen) segment(s font.Segment, place func(opentype.SegmentPoint) (float32, float32)) {
	ax, ay := place(s.Args[0])
	switch s.Op {
	case opentype.SegmentOpMoveTo:
		p.raster.ClosePath()
		p.raster.MoveTo(ax, ay)
	case opentype.SegmentOpLineTo:
		p.raster.LineTo(ax, ay)
	case opentype.SegmentOpQuadTo:
		bx, by := place(s.Args[1])
		p.raster.QuadTo(ax, ay, bx, by)
	case opentype.SegmentOpCubeTo:
		bx, by := place(s.Args[1])
		cx, cy := place(s.Args[2])
		p.raster.CubeTo(ax, ay, bx, by, cx, cy)
	}
}
