package classic

import (
	"image"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// sharpness is the square of the gradient at each pixel.
type sharpness raster.Field

func tenengrad(p raster.Plane) sharpness {
	x, y := raster.Sobel(p)
	for i, v := range x.At {
		x.At[i] = v*v + y.At[i]*y.At[i]
	}
	return sharpness(x)
}

func (s sharpness) mean(part image.Rectangle) float64 {
	sum := 0.0
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for _, v := range s.At[y*s.W+part.Min.X : y*s.W+part.Max.X] {
			sum += float64(v)
		}
	}
	return sum / float64(part.Dx()*part.Dy())
}

// maxBoxes bounds the pixels of all boxes, in pictures.
const maxBoxes = 100

// boxes returns the mean of each detection, and null for a detection outside of the picture.
// Once the boxes of a picture have cost too much, the remaining ones are null too.
func (s sharpness) boxes(call *engine.Call) []any {
	d, ok := call.Arg("detections").(*value.Detections)
	if !ok {
		return []any{}
	}
	out, left := make([]any, d.Len()), maxBoxes*s.W*s.H
	for i, b := range d.XYXY {
		part := box(b).Intersect(image.Rect(0, 0, s.W, s.H))
		if left -= part.Dx() * part.Dy(); !part.Empty() && left >= 0 {
			out[i] = s.mean(part)
		}
	}
	return out
}

// box drops the fractions of coordinates. A coordinate that is NaN makes an empty box.
func box(b value.Box) image.Rectangle {
	var v [4]int
	for i, at := range b {
		if at != at {
			return image.Rectangle{}
		}
		v[i] = int(min(max(at, -1e6), 1e6))
	}
	if v[0] >= v[2] || v[1] >= v[3] {
		return image.Rectangle{}
	}
	return image.Rect(v[0], v[1], v[2], v[3])
}
