package sift

import "math"

const (
	// contrast is the least difference of a key point, as a part of the whole range, over all
	// scales of an octave.
	contrast = 0.04
	// edge is the largest ratio of the two curvatures of a key point. Edges have a larger
	// one.
	edge = 10
	// rounds bounds how often a point moves to a neighbour.
	rounds = 5
	// border is the distance of key points from the edge of an octave, in pixels.
	border = 5
)

// refine finds the position between pixels and scales by fitting a parabola through the
// neighbours. It drops points of low contrast and points on edges.
func (o *octave) refine(layer, x, y int) (Point, bool) {
	w, h := o.differences[0].w, o.differences[0].h
	for range rounds {
		v := o.around(layer, x, y)
		move, ok := v.peak()
		if !ok {
			return Point{}, false
		}
		if math.Abs(move[0]) < 0.5 && math.Abs(move[1]) < 0.5 && math.Abs(move[2]) < 0.5 {
			return o.accept(v, move, layer, x, y)
		}
		if !(math.Abs(move[0])+math.Abs(move[1])+math.Abs(move[2]) < 1e6) {
			return Point{}, false
		}
		x, y, layer = x+int(math.Round(move[0])), y+int(math.Round(move[1])), layer+int(math.Round(move[2]))
		if layer < 1 || layer > scales || x < border || x >= w-border || y < border || y >= h-border {
			return Point{}, false
		}
	}
	return Point{}, false
}

func (o *octave) accept(v neighbours, move [3]float64, layer, x, y int) (Point, bool) {
	g := v.gradient()
	value := v[1][1][1] + (g[0]*move[0]+g[1]*move[1]+g[2]*move[2])/2
	if math.Abs(value)*scales < contrast {
		return Point{}, false
	}
	c := v.curvature()
	trace, det := c[0][0]+c[1][1], c[0][0]*c[1][1]-c[0][1]*c[0][1]
	if det <= 0 || trace*trace*edge >= (edge+1)*(edge+1)*det {
		return Point{}, false
	}
	p := Point{x: float64(x) + move[0], y: float64(y) + move[1], layer: layer, Response: math.Abs(value)}
	p.scale = sigma * math.Pow(2, (float64(layer)+move[2])/scales)
	p.X, p.Y, p.Size = p.x*o.size, p.y*o.size, 2*p.scale*o.size
	p.Octave = o.number&255 | layer<<8 | int(math.Round((move[2]+0.5)*255))<<16
	return p, true
}

// neighbours has the differences around a point, indexed by scale, row and column.
type neighbours [3][3][3]float64

func (o *octave) around(layer, x, y int) (v neighbours) {
	for k := range 3 {
		d := o.differences[layer+k-1]
		for j := range 3 {
			for i := range 3 {
				v[k][j][i] = float64(d.at[(y+j-1)*d.w+x+i-1]) / 255
			}
		}
	}
	return v
}

// gradient returns the slopes along x, y and the scale.
func (v *neighbours) gradient() [3]float64 {
	return [3]float64{(v[1][1][2] - v[1][1][0]) / 2, (v[1][2][1] - v[1][0][1]) / 2, (v[2][1][1] - v[0][1][1]) / 2}
}

// curvature returns the matrix of second differences.
func (v *neighbours) curvature() (c [3][3]float64) {
	at := func(x, y, s int) float64 { return v[1+s][1+y][1+x] }
	c[0][0] = at(1, 0, 0) + at(-1, 0, 0) - 2*at(0, 0, 0)
	c[1][1] = at(0, 1, 0) + at(0, -1, 0) - 2*at(0, 0, 0)
	c[2][2] = at(0, 0, 1) + at(0, 0, -1) - 2*at(0, 0, 0)
	c[0][1] = (at(1, 1, 0) - at(-1, 1, 0) - at(1, -1, 0) + at(-1, -1, 0)) / 4
	c[0][2] = (at(1, 0, 1) - at(-1, 0, 1) - at(1, 0, -1) + at(-1, 0, -1)) / 4
	c[1][2] = (at(0, 1, 1) - at(0, -1, 1) - at(0, 1, -1) + at(0, -1, -1)) / 4
	c[1][0], c[2][0], c[2][1] = c[0][1], c[0][2], c[1][2]
	return c
}

// peak returns where the parabola has its extremum, by Cramer's rule.
func (v *neighbours) peak() (move [3]float64, ok bool) {
	c, g := v.curvature(), v.gradient()
	det := determinant(c)
	if det == 0 {
		return move, false
	}
	for i := range 3 {
		column := c
		for k := range 3 {
			column[k][i] = -g[k]
		}
		move[i] = determinant(column) / det
	}
	return move, true
}

func determinant(m [3][3]float64) float64 {
	return m[0][0]*(m[1][1]*m[2][2]-m[1][2]*m[2][1]) - m[0][1]*(m[1][0]*m[2][2]-m[1][2]*m[2][0]) + m[0][2]*(m[1][0]*m[2][1]-m[1][1]*m[2][0])
}
