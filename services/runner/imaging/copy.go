package imaging

import (
	"image"
	"image/draw"
	"runtime"
	"sync"
)

// Copy returns the picture as opaque RGBA with its origin at 0, 0, to draw on.
func Copy(src image.Image) *image.RGBA {
	bounds := src.Bounds()
	dst := image.NewRGBA(image.Rect(0, 0, bounds.Dx(), bounds.Dy()))
	rows(bounds.Dy(), bounds.Dx(), func(from, to int) {
		band := image.Rect(0, from, bounds.Dx(), to)
		switch src := src.(type) {
		case *image.NRGBA:
			dropAlpha(dst, src, band)
		case *image.RGBA:
			copyRows(dst, src, band)
		default:
			draw.Draw(dst, band, src, bounds.Min.Add(band.Min), draw.Src)
		}
	})
	return dst
}

func copyRows(dst, src *image.RGBA, band image.Rectangle) {
	n := band.Dx() * 4
	for y := band.Min.Y; y < band.Max.Y; y++ {
		from := src.PixOffset(src.Rect.Min.X, src.Rect.Min.Y+y)
		copy(dst.Pix[y*dst.Stride:y*dst.Stride+n], src.Pix[from:from+n])
	}
}

func dropAlpha(dst *image.RGBA, src *image.NRGBA, band image.Rectangle) {
	n := band.Dx() * 4
	for y := band.Min.Y; y < band.Max.Y; y++ {
		from := src.PixOffset(src.Rect.Min.X, src.Rect.Min.Y+y)
		row := dst.Pix[y*dst.Stride : y*dst.Stride+n]
		copy(row, src.Pix[from:from+n])
		for i := 3; i < n; i += 4 {
			row[i] = 0xff
		}
	}
}

// Rows splits work over rows between the processors if there is enough of it.
func Rows(height, width int, do func(from, to int)) { rows(height, width, do) }

// worthwhile is the least number of pixels for which a goroutine pays off.
const worthwhile = 1 << 16

// rows splits work over rows between the processors if there is enough of it.
func rows(height, width int, do func(from, to int)) {
	parts := min(runtime.GOMAXPROCS(0), height*width/worthwhile)
	if parts < 2 {
		do(0, height)
		return
	}
	var wg sync.WaitGroup
	panics := make(chan any, parts) // buffered for all, because only the first is received
	for i := range parts {
		wg.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					panics <- p
				}
			}()
			do(height*i/parts, height*(i+1)/parts)
		})
	}
	wg.Wait()
	select {
	case p := <-panics: // re-panic on the caller's goroutine, where it can be recovered
		panic(p)
	default:
	}
}

// Crop returns a part of a picture. The part shares the picture's pixels.
func Crop(src image.Image, part image.Rectangle) image.Image {
	part = part.Add(src.Bounds().Min)
	if cut, ok := src.(interface {
		SubImage(image.Rectangle) image.Image
	}); ok {
		return cut.SubImage(part)
	}
	return Copy(src).SubImage(part.Sub(src.Bounds().Min))
}
