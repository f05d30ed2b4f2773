package picture

import (
	"image"
	"image/draw"
)

// Upright returns the picture as it must be shown, with its origin at 0, 0. An upright
// picture is returned as it is. It keeps the colour model of the usual decoded forms, so a
// JPEG needs memory for its planes again and not four bytes per pixel.
func (o Orientation) Upright(src image.Image) image.Image {
	if o <= Upright || o > 8 {
		return src
	}
	switch src := src.(type) {
	case *image.YCbCr:
		if turned, ok := o.ycbcr(src); ok {
			return turned
		}
	case *image.Gray:
		dst := image.NewGray(o.bounds(src.Rect))
		o.plane(plane{dst.Pix, dst.Stride, 1}, plane{src.Pix[src.PixOffset(src.Rect.Min.X, src.Rect.Min.Y):], src.Stride, 1}, src.Rect.Dx(), src.Rect.Dy())
		return dst
	case *image.NRGBA:
		dst := image.NewNRGBA(o.bounds(src.Rect))
		o.plane(plane{dst.Pix, dst.Stride, 4}, plane{src.Pix[src.PixOffset(src.Rect.Min.X, src.Rect.Min.Y):], src.Stride, 4}, src.Rect.Dx(), src.Rect.Dy())
		return dst
	}
	size := src.Bounds().Size()
	flat := image.NewRGBA(image.Rect(0, 0, size.X, size.Y))
	draw.Draw(flat, flat.Rect, src, src.Bounds().Min, draw.Src)
	dst := image.NewRGBA(o.bounds(flat.Rect))
	o.plane(plane{dst.Pix, dst.Stride, 4}, plane{flat.Pix, flat.Stride, 4}, size.X, size.Y)
	return dst
}

func (o Orientation) bounds(r image.Rectangle) image.Rectangle {
	if o.Sideways() {
		return image.Rect(0, 0, r.Dy(), r.Dx())
	}
	return image.Rect(0, 0, r.Dx(), r.Dy())
}

// ycbcr rotates the three planes. It returns false for a picture of odd size or with rare
// subsampling, because its chroma samples would then belong to other pixels.
func (o Orientation) ycbcr(src *image.YCbCr) (*image.YCbCr, bool) {
	r := src.Rect
	w, h := r.Dx(), r.Dy()
	shift := 0
	switch src.SubsampleRatio {
	case image.YCbCrSubsampleRatio444:
	case image.YCbCrSubsampleRatio420:
		shift = 1
	default:
		return nil, false
	}
	if shift == 1 && (w|h|r.Min.X|r.Min.Y)&1 == 1 {
		return nil, false
	}
	dst := image.NewYCbCr(o.bounds(r), src.SubsampleRatio)
	first, chroma := src.YOffset(r.Min.X, r.Min.Y), src.COffset(r.Min.X, r.Min.Y)
	o.plane(plane{dst.Y, dst.YStride, 1}, plane{src.Y[first:], src.YStride, 1}, w, h)
	o.plane(plane{dst.Cb, dst.CStride, 1}, plane{src.Cb[chroma:], src.CStride, 1}, w>>shift, h>>shift)
	o.plane(plane{dst.Cr, dst.CStride, 1}, plane{src.Cr[chroma:], src.CStride, 1}, w>>shift, h>>shift)
	return dst, true
}

// plane is a grid of samples of the same number of bytes.
type plane struct {
	pix           []byte
	stride, bytes int
}

// plane moves each sample of src (w by h) to its position in dst.
func (o Orientation) plane(dst, src plane, w, h int) {
	// The position of the first sample, and the steps for one sample to the right and one
	// down.
	right, down := dst.bytes, dst.stride
	if o.Sideways() {
		right, down = down, right
	}
	origin := 0
	if o == 2 || o == 3 || o == 7 || o == 8 { // the first column becomes the last column or row
		origin += (w - 1) * right
		right = -right
	}
	if o == 3 || o == 4 || o == 6 || o == 7 { // the first row becomes the last row or column
		origin += (h - 1) * down
		down = -down
	}
	for y := range h {
		row, at := src.pix[y*src.stride:], origin+y*down
		if dst.bytes == 1 { // a JPEG's planes; a call for each sample would be half of the time
			for _, sample := range row[:w] {
				dst.pix[at] = sample
				at += right
			}
			continue
		}
		for x := range w {
			copy(dst.pix[at:at+dst.bytes], row[x*src.bytes:])
			at += right
		}
	}
}
