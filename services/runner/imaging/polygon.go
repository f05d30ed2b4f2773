package imaging

import (
	"context"
	"image"
	"image/color"
	"math"
	"slices"
)

// FillPolygons paints the inside of polygons and their edges. The overlap of two polygons is
// outside (even-odd rule).
func FillPolygons(ctx context.Context, dst *image.RGBA, polygons [][][2]float64, c color.RGBA) error {
	var edges [][2][2]float64
	for _, polygon := range polygons {
		for i, p := range polygon {
			q := polygon[(i+1)%len(polygon)]
			if p[1] > q[1] {
				p, q = q, p
			}
			edges = append(edges, [2][2]float64{{bounded(p[0]), bounded(p[1])}, {bounded(q[0]), bounded(q[1])}})
		}
	}
	for y := range dst.Rect.Dy() {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		line := float64(y)
		var crossings []float64
		for _, e := range edges {
			if e[0][1] <= line && line < e[1][1] {
				crossings = append(crossings, along(e, line))
			}
			if e[0][1] <= line+0.5 && e[1][1] >= line-0.5 { // the edge itself
				a, b := along(e, max(line-0.5, e[0][1])), along(e, min(line+0.5, e[1][1]))
				if e[0][1] == e[1][1] {
					a, b = e[0][0], e[1][0]
				}
				row(dst, y, span{math.Round(min(a, b)), math.Round(max(a, b))}, c)
			}
		}
		slices.Sort(crossings)
		for i := 0; i+1 < len(crossings); i += 2 {
			row(dst, y, span{crossings[i], crossings[i+1]}, c)
		}
	}
	return nil
}

// along returns the column of an edge in a row.
func along(e [2][2]float64, y float64) float64 {
	if e[0][1] == e[1][1] {
		return e[0][0]
	}
	return e[0][0] + (y-e[0][1])*(e[1][0]-e[0][0])/(e[1][1]-e[0][1])
}
