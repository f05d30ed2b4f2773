package classic

import (
	"context"
	"image"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/geometry"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// snapper has the parameters of the block and the edges of the picture.
type snapper struct {
	tolerance, closing, band, window int
	sigma, least                     float64

	strength raster.Field
	edges    raster.Plane
}

// maxWork bounds the pixels that are read for the masks of one picture. It is a few seconds
// of work.
const maxWork = 4_000_000_000

// snapMasks moves the edge of each mask to strong edges of the picture nearby.
func snapMasks(ctx context.Context, call *engine.Call, picture *value.Image, pixels image.Image) (engine.Outputs, error) {
	d, err := argument.Detections(call, "segmentation")
	if err != nil {
		return nil, err
	}
	s, err := newSnapper(call)
	if err != nil {
		return nil, err
	}
	if err := s.afford(d, picture); err != nil {
		return nil, err
	}
	// The fields of the edges have four bytes for each pixel, as a picture has.
	if err := value.Grow(ctx, 6*picture.Width(), picture.Height()); err != nil {
		return nil, err
	}
	if err := s.find(ctx, raster.Gray(pixels), d); err != nil {
		return nil, err
	}
	refined := d
	if d.Masks != nil && d.Len() > 0 {
		refined = d.Copy()
		refined.Masks = make([]*value.Mask, len(d.Masks))
		for i, mask := range d.Masks {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			refined.Masks[i] = s.snap(mask)
		}
	}
	return engine.Outputs{"refined_segmentation": refined, "edges": s.result(call, picture)}, nil
}

func newSnapper(call *engine.Call) (s *snapper, err error) {
	s = &snapper{}
	for _, f := range []struct {
		name      string
		to        *int
		low, high int
	}{
		{"pixel_tolerance", &s.tolerance, 1, 100},
		{"dilation_iterations", &s.closing, 0, 20},
		{"boundary_band_width", &s.band, 1, 100},
		{"adaptive_window_size", &s.window, 3, 201},
	} {
		if *f.to, err = argument.Whole(call, f.name, f.low, f.high); err != nil {
			return nil, err
		}
	}
	if s.sigma, err = argument.Number(call, "sigma", 0.01, 10); err != nil {
		return nil, err
	}
	s.least, err = argument.Number(call, "min_contour_area", 0, 10_000)
	s.window |= 1
	return s, err
}

func (s *snapper) afford(d *value.Detections, picture *value.Image) error {
	work := 0
	for _, mask := range d.Masks {
		if mask == nil || mask.Width != picture.Width() || mask.Height != picture.Height() {
			return engine.Failf(engine.RuntimeInput, "segmentation must have masks of the size of image")
		}
		area := mask.Bounds.Dx() + 2*s.band
		work += area * (mask.Bounds.Dy() + 2*s.band) * 4 * (s.band + s.tolerance)
		if work > maxWork {
			return engine.Failf(engine.LimitsCaused, "the masks are too many or too large; filter them, or lower boundary_band_width and pixel_tolerance")
		}
	}
	return nil
}

// find finds edges: gradients that are stronger than their surroundings, joined over small
// gaps, near the edge of a mask, and long enough.
func (s *snapper) find(ctx context.Context, gray raster.Plane, d *value.Detections) error {
	s.strength = raster.Magnitude(raster.Sobel(gray))
	edges := s.outstanding()
	if s.closing > 0 {
		size := 2*s.closing + 1
		edges = raster.Thin(raster.Erode(raster.Dilate(edges, size), size))
	}
	if d.Masks != nil && d.Len() > 0 {
		near := raster.New(gray.W, gray.H)
		for _, mask := range d.Masks {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			s.mark(near, mask)
		}
		for i := range edges.Pix {
			edges.Pix[i] &= near.Pix[i]
		}
	}
	parts, ok := raster.Components(edges, maxParts)
	if !ok {
		return engine.Failf(engine.LimitsCaused, "the picture has too many edges; blur it first, or raise sigma")
	}
	s.edges = raster.New(gray.W, gray.H)
	for _, part := range parts {
		if geometry.Area(geometry.Points(part.Contour())) >= s.least {
			paint(s.edges, part)
		}
	}
	return ctx.Err()
}

func (s *snapper) outstanding() raster.Plane {
	squares := raster.Field{W: s.strength.W, H: s.strength.H, At: make([]float32, len(s.strength.At))}
	for i, v := range s.strength.At {
		squares.At[i] = v * v
	}
	mean, square := s.strength.Mean(s.window), squares.Mean(s.window)
	out := raster.New(s.strength.W, s.strength.H)
	for i, v := range s.strength.At {
		m := float64(mean.At[i])
		if float64(v) > m+s.sigma*math.Sqrt(max(float64(square.At[i])-m*m, 0)) {
			out.Pix[i] = 255
		}
	}
	return out
}

func paint(p raster.Plane, mask *value.Mask) {
	for y := mask.Bounds.Min.Y; y < mask.Bounds.Max.Y; y++ {
		for x := mask.Bounds.Min.X; x < mask.Bounds.Max.X; x++ {
			if mask.At(x, y) {
				p.Pix[y*p.W+x] = 255
			}
		}
	}
}

// part is a mask, cut to the part of the picture around it.
func part(mask *value.Mask, margin int) (raster.Plane, image.Point) {
	area := mask.Bounds.Inset(-margin).Intersect(image.Rect(0, 0, mask.Width, mask.Height))
	p := raster.New(area.Dx(), area.Dy())
	for i := range p.Pix {
		if mask.At(area.Min.X+i%p.W, area.Min.Y+i/p.W) {
			p.Pix[i] = 255
		}
	}
	return p, area.Min
}

// mark marks the band around the edge of a mask.
func (s *snapper) mark(near raster.Plane, mask *value.Mask) {
	p, at := part(mask, s.band+1)
	if len(p.Pix) == 0 {
		return
	}
	inner, outer := raster.ErodeEllipse(p, 2*s.band+1), raster.DilateEllipse(p, 2*s.band+1)
	for i, v := range outer.Pix {
		if v > 0 && inner.Pix[i] == 0 {
			near.Pix[(at.Y+i/p.W)*near.W+at.X+i%p.W] = 255
		}
	}
}

// snap returns a mask whose edge is at the edges of the picture.
func (s *snapper) snap(mask *value.Mask) *value.Mask {
	p, at := part(mask, 1)
	if len(p.Pix) == 0 {
		return mask
	}
	deep := raster.ErodeDisc(p, s.tolerance)
	valid := func(x, y int) bool {
		if x < 0 || y < 0 || x >= s.edges.W || y >= s.edges.H || s.edges.Pix[y*s.edges.W+x] == 0 {
			return false
		}
		i, j := x-at.X, y-at.Y
		return i < 0 || j < 0 || i >= deep.W || j >= deep.H || deep.Pix[j*deep.W+i] == 0
	}
	out := value.NewMask(mask.Width, mask.Height, mask.Bounds.Inset(-s.tolerance))
	parts, ok := raster.Parts(p, maxParts)
	if !ok {
		return mask
	}
	for _, piece := range parts {
		contour := piece.Contour()
		moved := make([]image.Point, len(contour))
		for i, q := range contour {
			before, after := contour[wrap(i-tangent, len(contour))], contour[wrap(i+tangent, len(contour))]
			moved[i] = s.best(q.Add(at), after.Sub(before), valid)
		}
		filled := value.FillPolygon(mask.Width, mask.Height, moved)
		for y := filled.Bounds.Min.Y; y < filled.Bounds.Max.Y; y++ {
			for x := filled.Bounds.Min.X; x < filled.Bounds.Max.X; x++ {
				if filled.At(x, y) {
					out.Set(x, y)
				}
			}
		}
	}
	return out
}

// tangent is how far apart the points of a contour are that determine its direction.
const tangent = 5

func wrap(i, n int) int { return ((i % n) + n) % n }

// best returns the strongest edge across a contour; nearer edges count more. If there is no
// edge it returns the point itself.
func (s *snapper) best(p, along image.Point, valid func(x, y int) bool) image.Point {
	length := math.Hypot(float64(along.X), float64(along.Y))
	if length == 0 {
		return p
	}
	nx, ny := -float64(along.Y)/length, float64(along.X)/length
	most, found := 0.0, p
	for _, sign := range [2]float64{1, -1} {
		for d := 1; d <= s.tolerance; d++ {
			x := int(math.RoundToEven(float64(p.X) + sign*nx*float64(d)))
			y := int(math.RoundToEven(float64(p.Y) + sign*ny*float64(d)))
			if !valid(x, y) {
				continue
			}
			score := float64(s.strength.At[y*s.strength.W+x]) * (1 - float64(d)/float64(s.tolerance+1))
			if score > most {
				most, found = score, image.Pt(x, y)
			}
		}
	}
	return found
}

// result returns all edges as one detection. It has no rows if there are no edges.
func (s *snapper) result(call *engine.Call, picture *value.Image) *value.Detections {
	bounds := image.Rectangle{}
	for i, v := range s.edges.Pix {
		if v > 0 {
			x, y := i%s.edges.W, i/s.edges.W
			bounds = bounds.Union(image.Rect(x, y, x+1, y+1))
		}
	}
	d := &value.Detections{Data: map[string][]any{}}
	if bounds.Empty() {
		return d.Place(picture)
	}
	mask := value.NewMask(s.edges.W, s.edges.H, bounds)
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			if s.edges.Pix[y*s.edges.W+x] > 0 {
				mask.Set(x, y)
			}
		}
	}
	d.XYXY = []value.Box{{float64(bounds.Min.X), float64(bounds.Min.Y), float64(bounds.Max.X), float64(bounds.Max.Y)}}
	d.Masks, d.Confidence, d.ClassID = []*value.Mask{mask}, []float64{1}, []int64{0}
	d.Data[value.ColumnClass], d.Data[value.ColumnID] = []any{"edges"}, []any{call.NewID()}
	return d.Place(picture)
}
