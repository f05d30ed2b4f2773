package value

import "image"

// clockwise are the eight neighbours of a pixel, starting in the west.
var clockwise = [8]image.Point{{X: -1}, {X: -1, Y: -1}, {Y: -1}, {X: 1, Y: -1}, {X: 1}, {X: 1, Y: 1}, {Y: 1}, {X: -1, Y: 1}}

// Outline returns the outer contour of the largest connected part of the mask, without
// points on straight runs. It returns fewer than three points for a mask without area.
func (m *Mask) Outline() []image.Point { return straighten(m.Contour()) }

// Contour is like Outline, with all points.
func (m *Mask) Contour() []image.Point {
	seen := make([]bool, len(m.Pix))
	var best []image.Point
	bestArea := -1
	for y := m.Bounds.Min.Y; y < m.Bounds.Max.Y; y++ {
		for x := m.Bounds.Min.X; x < m.Bounds.Max.X; x++ {
			if !m.At(x, y) || seen[m.offset(x, y)] {
				continue
			}
			area := m.flood(image.Pt(x, y), seen)
			if area > bestArea {
				best, bestArea = m.trace(image.Pt(x, y), area), area
			}
		}
	}
	return best
}

func (m *Mask) offset(x, y int) int {
	return (y-m.Bounds.Min.Y)*m.Bounds.Dx() + x - m.Bounds.Min.X
}

// flood marks a connected part and counts its pixels.
func (m *Mask) flood(start image.Point, seen []bool) int {
	stack := []image.Point{start}
	seen[m.offset(start.X, start.Y)] = true
	area := 0
	for len(stack) > 0 {
		p := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		area++
		for _, step := range clockwise {
			q := p.Add(step)
			if m.At(q.X, q.Y) && !seen[m.offset(q.X, q.Y)] {
				seen[m.offset(q.X, q.Y)] = true
				stack = append(stack, q)
			}
		}
	}
	return area
}

// trace follows the contour of a part from its topmost, leftmost pixel (Moore neighbour
// tracing). It stops when it leaves the first pixel in the same direction as at the start.
func (m *Mask) trace(start image.Point, area int) []image.Point {
	out := []image.Point{start}
	p, back := start, 0
	var second image.Point
	for range 4*area + 8 { // no contour is longer
		next, direction, ok := m.step(p, back)
		if !ok {
			return out
		}
		if len(out) == 1 {
			second = next
		} else if p == start && next == second {
			return out[:len(out)-1]
		}
		out = append(out, next)
		p, back = next, (direction+5)%8
	}
	return out
}

// step returns the first marked neighbour clockwise from the previous pixel.
func (m *Mask) step(p image.Point, back int) (next image.Point, direction int, ok bool) {
	for i := range 8 {
		direction = (back + i) % 8
		next = p.Add(clockwise[direction])
		if m.At(next.X, next.Y) {
			return next, direction, true
		}
	}
	return p, 0, false
}

func straighten(points []image.Point) []image.Point {
	if len(points) < 3 {
		return points
	}
	out := points[:0:0]
	for i, p := range points {
		before := points[(i+len(points)-1)%len(points)]
		after := points[(i+1)%len(points)]
		if p.Sub(before) != after.Sub(p) {
			out = append(out, p)
		}
	}
	return out
}
