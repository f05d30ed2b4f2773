package imaging

import "image"

// packed has four bytes for each pixel and ignores the fourth.
type packed struct {
	pix    []uint8
	stride int
	base   int
}

func (p packed) row(dst line, y tap, columns []tap) {
	up := p.pix[p.base+int(y.a)*p.stride:]
	down := p.pix[p.base+int(y.b)*p.stride:]
	sr, sg, sb := dst.scale[0]*whole, dst.scale[1]*whole, dst.scale[2]*whole
	tr, tg, tb := dst.shift[0], dst.shift[1], dst.shift[2]
	r, g, b := dst.r[:len(columns)], dst.g[:len(columns)], dst.b[:len(columns)]
	for i, x := range columns {
		ua, ub := up[4*x.a:4*x.a+3], up[4*x.b:4*x.b+3]
		da, db := down[4*x.a:4*x.a+3], down[4*x.b:4*x.b+3]
		r[i] = between(ua[0], ub[0], da[0], db[0], x.w, y.w)*sr + tr
		g[i] = between(ua[1], ub[1], da[1], db[1], x.w, y.w)*sg + tg
		b[i] = between(ua[2], ub[2], da[2], db[2], x.w, y.w)*sb + tb
	}
}

func (p packed) at(x, y tap) (r, g, b float32) {
	up, down := p.pix[p.base+int(y.a)*p.stride:], p.pix[p.base+int(y.b)*p.stride:]
	ua, ub := up[4*x.a:4*x.a+3], up[4*x.b:4*x.b+3]
	da, db := down[4*x.a:4*x.a+3], down[4*x.b:4*x.b+3]
	return between(ua[0], ub[0], da[0], db[0], x.w, y.w) * whole,
		between(ua[1], ub[1], da[1], db[1], x.w, y.w) * whole,
		between(ua[2], ub[2], da[2], db[2], x.w, y.w) * whole
}

// gray has one byte for each pixel.
type gray struct {
	pix    []uint8
	stride int
	base   int
}

func (p gray) row(dst line, y tap, columns []tap) {
	for i, x := range columns {
		v, _, _ := p.at(x, y)
		dst.r[i] = v*dst.scale[0] + dst.shift[0]
		dst.g[i] = v*dst.scale[1] + dst.shift[1]
		dst.b[i] = v*dst.scale[2] + dst.shift[2]
	}
}

func (p gray) at(x, y tap) (r, g, b float32) {
	up, down := p.pix[p.base+int(y.a)*p.stride:], p.pix[p.base+int(y.b)*p.stride:]
	v := between(up[x.a], up[x.b], down[x.a], down[x.b], x.w, y.w) * whole
	return v, v, v
}

// ycbcr is the format of a decoded JPEG: a luma plane and two chroma planes, which may be
// smaller. It interpolates before the conversion to RGB, which is linear, so it converts
// three values for each sample instead of twelve.
type ycbcr struct {
	img *image.YCbCr
	// minX and minY are the first pixel of this part. A pixel's chroma is found by shifting
	// its position in the whole picture.
	minX, minY     int32
	shiftX, shiftY uint
}

func newYCbCr(src *image.YCbCr) (*ycbcr, bool) {
	s := &ycbcr{img: src, minX: int32(src.Rect.Min.X), minY: int32(src.Rect.Min.Y)}
	if src.Rect.Min.X < 0 || src.Rect.Min.Y < 0 {
		return nil, false
	}
	switch src.SubsampleRatio {
	case image.YCbCrSubsampleRatio444:
	case image.YCbCrSubsampleRatio422:
		s.shiftX = 1
	case image.YCbCrSubsampleRatio420:
		s.shiftX, s.shiftY = 1, 1
	case image.YCbCrSubsampleRatio440:
		s.shiftY = 1
	case image.YCbCrSubsampleRatio411:
		s.shiftX = 2
	case image.YCbCrSubsampleRatio410:
		s.shiftX, s.shiftY = 2, 1
	default:
		return nil, false
	}
	return s, true
}

// chroma returns the column or row of the chroma planes for a pixel.
func chroma(at, first int32, shift uint) int32 { return (at+first)>>shift - first>>shift }

func (s *ycbcr) row(dst line, y tap, columns []tap) {
	img := s.img
	upY, downY := img.Y[int(y.a)*img.YStride:], img.Y[int(y.b)*img.YStride:]
	up, down := int(chroma(y.a, s.minY, s.shiftY))*img.CStride, int(chroma(y.b, s.minY, s.shiftY))*img.CStride
	upB, downB := img.Cb[up:], img.Cb[down:]
	upR, downR := img.Cr[up:], img.Cr[down:]
	first, shift, low := s.minX, s.shiftX&31, s.minX>>(s.shiftX&31)
	sr, sg, sb := dst.scale[0], dst.scale[1], dst.scale[2]
	tr, tg, tb := dst.shift[0], dst.shift[1], dst.shift[2]
	r, g, b := dst.r[:len(columns)], dst.g[:len(columns)], dst.b[:len(columns)]
	for i, x := range columns {
		ca, cb := (x.a+first)>>shift-low, (x.b+first)>>shift-low
		luma := between(upY[x.a], upY[x.b], downY[x.a], downY[x.b], x.w, y.w) * whole
		blue := between(upB[ca], upB[cb], downB[ca], downB[cb], x.w, y.w)*whole - 128
		red := between(upR[ca], upR[cb], downR[ca], downR[cb], x.w, y.w)*whole - 128
		r[i] = pixel(luma+1.402*red)*sr + tr
		g[i] = pixel(luma-0.344136*blue-0.714136*red)*sg + tg
		b[i] = pixel(luma+1.772*blue)*sb + tb
	}
}

func (s *ycbcr) at(x, y tap) (r, g, b float32) {
	img := s.img
	upY, downY := img.Y[int(y.a)*img.YStride:], img.Y[int(y.b)*img.YStride:]
	up, down := int(chroma(y.a, s.minY, s.shiftY))*img.CStride, int(chroma(y.b, s.minY, s.shiftY))*img.CStride
	ca, cb := chroma(x.a, s.minX, s.shiftX), chroma(x.b, s.minX, s.shiftX)
	luma := between(upY[x.a], upY[x.b], downY[x.a], downY[x.b], x.w, y.w) * whole
	blue := between(img.Cb[up+int(ca)], img.Cb[up+int(cb)], img.Cb[down+int(ca)], img.Cb[down+int(cb)], x.w, y.w)*whole - 128
	red := between(img.Cr[up+int(ca)], img.Cr[up+int(cb)], img.Cr[down+int(ca)], img.Cr[down+int(cb)], x.w, y.w)*whole - 128
	return pixel(luma + 1.402*red), pixel(luma - 0.344136*blue - 0.714136*red), pixel(luma + 1.772*blue)
}

// pixel clamps a value to the range of a pixel.
func pixel(v float32) float32 { return min(max(v, 0), 255) }

// line is one row of all three planes, with its scale and shift.
type line struct {
	r, g, b      []float32
	scale, shift [3]float32 // by colour: r, g, b
	padding      float32
}

func (l line) pad(from, to int) {
	for i, row := range [][]float32{l.r, l.g, l.b} {
		v := l.padding*l.scale[i] + l.shift[i]
		for x := from; x < to; x++ {
			row[x] = v
		}
	}
}

func (l line) part(from, n int) line {
	l.r, l.g, l.b = l.r[from:from+n], l.g[from:from+n], l.b[from:from+n]
	return l
}

// tap is a sample position between pixels a and b. w is the weight of b in parts of 2048.
type tap struct{ a, b, w int32 }

// one is the full weight. Two multiplications by it fit in 31 bits.
const one = 1 << 11

func taps(n, size int) []tap {
	out := make([]tap, n)
	scale := float64(size) / float64(n)
	for i := range out {
		out[i] = tapAt((float64(i)+0.5)*scale-0.5, size)
	}
	return out
}

// tapAt repeats the border pixels beyond the edge.
func tapAt(at float64, size int) tap {
	if !(at > 0) {
		return tap{}
	}
	last := int32(size - 1)
	a := int32(at)
	if a >= last {
		return tap{a: last, b: last}
	}
	return tap{a: a, b: a + 1, w: int32((at - float64(a)) * one)}
}

// between interpolates four neighbours, in parts of one*one.
func between(a, b, c, d uint8, x, y int32) float32 {
	top := int32(a)*(one-x) + int32(b)*x
	low := int32(c)*(one-x) + int32(d)*x
	return float32(top*(one-y) + low*y)
}

// whole scales the result of between to the value of a pixel.
const whole = 1.0 / (one * one)
