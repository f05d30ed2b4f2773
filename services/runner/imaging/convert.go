package imaging

import (
	"image"
	"image/color"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// decodeSafely decodes, and turns a panic of a decoder into an error of the picture.
func (f format) decodeSafely(data []byte) (pixels image.Image, err error) {
	defer errs.Recover(&err)
	return f.decode(data)
}

// neutral is the chroma of grey.
const neutral = 128

// coloured returns a grey picture with three channels. It shares the luma.
func coloured(grey *image.Gray) *image.YCbCr {
	size := grey.Rect.Size()
	across, down := (size.X+1)/2, (size.Y+1)/2
	chroma := make([]byte, across*down)
	for i := range chroma {
		chroma[i] = neutral
	}
	return &image.YCbCr{
		Y: grey.Pix, Cb: chroma, Cr: chroma, YStride: grey.Stride, CStride: across,
		SubsampleRatio: image.YCbCrSubsampleRatio420, Rect: image.Rectangle{Max: size},
	}
}

// eightBits keeps the high byte of each pixel, as OpenCV does.
func eightBits(deep *image.Gray16) *image.Gray {
	size := deep.Rect.Size()
	out := image.NewGray(image.Rectangle{Max: size})
	for y := range size.Y {
		from := deep.Pix[y*deep.Stride:]
		for x := range size.X {
			out.Pix[y*out.Stride+x] = from[2*x]
		}
	}
	return out
}

// Opaque returns the colours of a picture in 8 bits, without alpha and with its origin at 0,
// 0. Alpha is dropped and not multiplied in. Channels of 16 bits keep their high byte.
func Opaque(src image.Image) *image.RGBA {
	bounds := src.Bounds()
	out := image.NewRGBA(image.Rectangle{Max: bounds.Size()})
	var colours [256][3]byte
	if p, ok := src.(*image.Paletted); ok {
		colours = paletteOf(p.Palette)
	}
	rows(bounds.Dy(), bounds.Dx(), func(from, to int) {
		for y := from; y < to; y++ {
			row := out.Pix[y*out.Stride : y*out.Stride+4*bounds.Dx()]
			opaqueRow(row, src, &colours, bounds.Min.X, bounds.Min.Y+y)
		}
	})
	return out
}

func opaqueRow(row []byte, src image.Image, colours *[256][3]byte, left, y int) {
	switch src := src.(type) {
	case *image.Paletted:
		for x := range len(row) / 4 {
			c := colours[src.ColorIndexAt(left+x, y)]
			row[4*x], row[4*x+1], row[4*x+2], row[4*x+3] = c[0], c[1], c[2], 0xff
		}
	case *image.CMYK:
		inks := src.Pix[src.PixOffset(left, y):]
		for x := range len(row) / 4 {
			row[4*x], row[4*x+1], row[4*x+2] = color.CMYKToRGB(inks[4*x], inks[4*x+1], inks[4*x+2], inks[4*x+3])
			row[4*x+3] = 0xff
		}
	case *image.NRGBA64:
		highBytes(row, src.Pix[src.PixOffset(left, y):])
	case *image.RGBA64:
		highBytes(row, src.Pix[src.PixOffset(left, y):])
	default:
		for x := range len(row) / 4 {
			c, _ := color.NRGBAModel.Convert(src.At(left+x, y)).(color.NRGBA)
			row[4*x], row[4*x+1], row[4*x+2], row[4*x+3] = c.R, c.G, c.B, 0xff
		}
	}
}

func highBytes(row, deep []byte) {
	for x := range len(row) / 4 {
		row[4*x], row[4*x+1], row[4*x+2], row[4*x+3] = deep[8*x], deep[8*x+2], deep[8*x+4], 0xff
	}
}

// paletteOf returns the colours of a palette. An index without a colour is black.
func paletteOf(p color.Palette) (out [256][3]byte) {
	for i := range min(len(p), len(out)) {
		c, _ := color.NRGBAModel.Convert(p[i]).(color.NRGBA)
		out[i] = [3]byte{c.R, c.G, c.B}
	}
	return out
}

// simple converts the pixel formats of decoders once to formats that are fast to sample and
// draw on. A grey picture gets three channels with neutral chroma, as in OpenCV.
func simple(pixels image.Image) image.Image {
	switch pixels := pixels.(type) {
	case *image.YCbCr, *image.RGBA, *image.NRGBA:
		return pixels
	case *image.NYCbCrA: // WebP with alpha: only the colour is used
		return &pixels.YCbCr
	case *image.Gray:
		return coloured(pixels)
	case *image.Gray16:
		return coloured(eightBits(pixels))
	}
	return Opaque(pixels)
}

// onCanvas returns a frame on a canvas of the whole picture. Parts that it does not cover are
// black. at is the position of the frame.
func onCanvas(frame image.Image, at image.Point, width, height int) image.Image {
	canvas := image.Rect(0, 0, width, height)
	if at == (image.Point{}) && frame.Bounds().Size() == canvas.Size() {
		return frame
	}
	flat := simple(frame)
	opaque, ok := flat.(*image.RGBA)
	if !ok {
		opaque = Copy(flat)
	}
	out := image.NewRGBA(canvas)
	for i := 3; i < len(out.Pix); i += 4 {
		out.Pix[i] = 0xff
	}
	part := opaque.Rect.Add(at).Intersect(canvas)
	for y := part.Min.Y; y < part.Max.Y; y++ {
		from := opaque.PixOffset(part.Min.X-at.X, y-at.Y)
		copy(out.Pix[out.PixOffset(part.Min.X, y):], opaque.Pix[from:from+4*part.Dx()])
	}
	return out
}
