package value

import (
	"image"
	"slices"
)

// FillPolygon returns a mask of the inside of a polygon and its edge.
func FillPolygon(width, height int, corners []image.Point) *Mask {
	bounds := image.Rectangle{Min: corners[0], Max: corners[0].Add(image.Pt(1, 1))}
	for _, p := range corners {
		bounds = bounds.Union(image.Rectangle{Min: p, Max: p.Add(image.Pt(1, 1))})
	}
	m := NewMask(width, height, bounds)
	for y := m.Bounds.Min.Y; y < m.Bounds.Max.Y; y++ {
		crossings := crossings(corners, y)
		for i := 0; i+1 < len(crossings); i += 2 {
			for x := max(crossings[i], m.Bounds.Min.X); x <= min(crossings[i+1], m.Bounds.Max.X-1); x++ {
				m.Set(x, y)
			}
		}
	}
	for i, p := range corners {
		m.line(p, corners[(i+1)%len(corners)])
	}
	return m
}

// crossings returns the columns in which the polygon's edges cross the middle of a row.
func crossings(corners []image.Point, y int) []int {
	var out []int
	for i, a := range corners {
		b := corners[(i+1)%len(corners)]
		if (a.Y > y) == (b.Y > y) {
			continue
		}
		out = append(out, a.X+int(float64(y-a.Y)*float64(b.X-a.X)/float64(b.Y-a.Y)+0.5))
	}
	slices.Sort(out)
	return out
}

// line marks the pixels from one corner to the next.
func (m *Mask) line(a, b image.Point) {
	steps := max(abs(b.X-a.X), abs(b.Y-a.Y), 1)
	if steps > m.Width+m.Height { // far outside; the row fill covers the part inside
		return
	}
	for i := range steps + 1 {
		m.Set(a.X+(b.X-a.X)*i/steps, a.Y+(b.Y-a.Y)*i/steps)
	}
}

func abs(n int) int { return max(n, -n) }
