package sift

import "math"

const (
	directions = 36 // of the histogram of orientations
	cells      = 4  // of a descriptor, in each direction
	bins       = 8  // directions of a cell
	// cellSide is the side of a cell, in units of the scale.
	cellSide = 3
	// most is the largest part of a descriptor before it is scaled again: strong edges that
	// come from a change of light count less.
	most = 0.2
)

// gradient returns the strength and the direction of the change at a pixel. Direction is in
// degrees, clockwise from the right.
func (g grid) gradient(x, y int) (strength, degrees float64) {
	dx := float64(g.at[y*g.w+x+1] - g.at[y*g.w+x-1])
	dy := float64(g.at[(y+1)*g.w+x] - g.at[(y-1)*g.w+x])
	degrees = math.Atan2(dy, dx) * 180 / math.Pi
	if degrees < 0 {
		degrees += 360
	}
	return math.Hypot(dx, dy), degrees
}

// oriented returns a copy of the point for each direction in which the gradients around it
// have a peak.
func (o *octave) oriented(p Point) []Point {
	histogram := o.histogram(p)
	highest := 0.0
	for _, v := range histogram {
		highest = max(highest, v)
	}
	var out []Point
	for i, v := range histogram {
		before, after := histogram[(i+directions-1)%directions], histogram[(i+1)%directions]
		if v <= before || v <= after || v < 0.8*highest {
			continue
		}
		at := float64(i) + 0.5*(before-after)/(before-2*v+after)
		p.Angle = math.Mod(at*360/directions+360, 360)
		out = append(out, p)
	}
	return out
}

// histogram counts directions, weighted by strength and distance, and smooths the counts.
func (o *octave) histogram(p Point) (out [directions]float64) {
	g := o.blurred[p.layer]
	x, y := int(math.Round(p.x)), int(math.Round(p.y))
	reach := int(math.Round(3 * 1.5 * p.scale))
	var raw [directions]float64
	for j := max(y-reach, 1); j <= min(y+reach, g.h-2); j++ {
		for i := max(x-reach, 1); i <= min(x+reach, g.w-2); i++ {
			strength, degrees := g.gradient(i, j)
			away := float64((i-x)*(i-x) + (j-y)*(j-y))
			bin := int(math.Round(degrees*directions/360)) % directions
			raw[bin] += strength * math.Exp(-away/(2*1.5*1.5*p.scale*p.scale))
		}
	}
	at := func(i int) float64 { return raw[(i+directions)%directions] }
	for i := range out {
		out[i] = (at(i-2)+at(i+2))/16 + (at(i-1)+at(i+1))*4/16 + at(i)*6/16
	}
	return out
}

// describe counts the gradients around a point, turned by its direction, in 4 by 4 cells of 8
// directions. Each gradient counts for the neighbouring cells and directions, weighted by
// distance.
func (o *octave) describe(p *Point) {
	g := o.blurred[p.layer]
	sin, cos := math.Sincos(p.Angle * math.Pi / 180)
	side := cellSide * p.scale
	reach := int(math.Round(side * math.Sqrt2 * (cells + 1) / 2))
	reach = min(reach, g.w+g.h)
	var counts histograms
	x, y := int(math.Round(p.x)), int(math.Round(p.y))
	for j := max(y-reach, 1); j <= min(y+reach, g.h-2); j++ {
		for i := max(x-reach, 1); i <= min(x+reach, g.w-2); i++ {
			dx, dy := float64(i-x), float64(j-y)
			column, row := (dx*cos+dy*sin)/side, (dy*cos-dx*sin)/side
			near := math.Exp(-(column*column + row*row) / (cells * cells / 2))
			column, row = column+cells/2-0.5, row+cells/2-0.5
			if column <= -1 || column >= cells || row <= -1 || row >= cells {
				continue
			}
			strength, degrees := g.gradient(i, j)
			counts.add(row, column, math.Mod(degrees-p.Angle+360, 360)*bins/360, strength*near)
		}
	}
	p.Descriptor = counts.descriptor()
}

// histograms have a border of extra cells for gradients outside.
type histograms [cells + 2][cells + 2][bins]float64

// add distributes a gradient over the neighbours of its place and direction.
func (h *histograms) add(row, column, direction, weight float64) {
	r, c, d := math.Floor(row), math.Floor(column), math.Floor(direction)
	fr, fc, fd := row-r, column-c, direction-d
	for i, wr := range [2]float64{1 - fr, fr} {
		for k, wc := range [2]float64{1 - fc, fc} {
			cell := &h[int(r)+1+i][int(c)+1+k]
			cell[int(d)%bins] += weight * wr * wc * (1 - fd)
			cell[(int(d)+1)%bins] += weight * wr * wc * fd
		}
	}
}

// descriptor scales the counts to length 1, bounds them, scales again, and stores them in
// parts of 512.
func (h *histograms) descriptor() (out [128]uint8) {
	var v [128]float64
	for i := range v {
		v[i] = h[1+i/bins/cells][1+i/bins%cells][i%bins]
	}
	length := math.Sqrt(dot(v, v))
	for i := range v {
		v[i] = min(v[i], most*length)
	}
	if length = math.Sqrt(dot(v, v)); length == 0 {
		return out
	}
	for i := range v {
		out[i] = uint8(min(math.Round(v[i]/length*512), 255))
	}
	return out
}

func dot(a, b [128]float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}
