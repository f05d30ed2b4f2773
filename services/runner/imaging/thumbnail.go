package imaging

import (
	"image"

	"golang.org/x/image/draw"
)

// Thumbnail returns a picture whose sides are at most so many pixels long. It reads a few
// pixels of the picture for each of its own, so that it is fast on large pictures.
func Thumbnail(src image.Image, longest int) image.Image {
	size := src.Bounds().Size()
	if size.X <= longest && size.Y <= longest {
		return src
	}
	fit := NewFit(CornerLetterbox, size.X, size.Y, longest, longest)
	dst := image.NewRGBA(image.Rect(0, 0, fit.Width, fit.Height))
	draw.ApproxBiLinear.Scale(dst, dst.Bounds(), src, src.Bounds(), draw.Src, nil)
	return dst
}
