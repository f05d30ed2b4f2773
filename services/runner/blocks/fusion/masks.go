package fusion

import (
	"image"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// maxVisits bounds the mask pixels that one call reads and writes.
const maxVisits = 1 << 28

// visits counts down the pixels that a call may still visit.
type visits int

func (v *visits) spend(area image.Rectangle) error {
	*v -= visits(area.Dx() * area.Dy())
	if *v < 0 {
		return engine.Failf(engine.LimitsCaused, "the masks are too large and too many to be compared; filter the detections first")
	}
	return nil
}

// iou returns the intersection over union of two masks.
func (v *visits) iou(a, b *value.Mask) (float64, error) {
	common := a.Bounds.Intersect(b.Bounds)
	if common.Empty() {
		return 0, nil
	}
	if err := v.spend(a.Bounds.Union(b.Bounds)); err != nil {
		return 0, err
	}
	shared := 0
	for y := common.Min.Y; y < common.Max.Y; y++ {
		for x := common.Min.X; x < common.Max.X; x++ {
			if a.At(x, y) && b.At(x, y) {
				shared++
			}
		}
	}
	if shared == 0 {
		return 0, nil
	}
	return float64(shared) / float64(a.Area()+b.Area()-shared), nil
}

// all returns the mask of the pixels that are in at least "least" masks.
func (v *visits) all(masks []*value.Mask, least int) (*value.Mask, error) {
	bounds := masks[0].Bounds
	for _, m := range masks {
		bounds = bounds.Union(m.Bounds)
		if err := v.spend(m.Bounds); err != nil {
			return nil, err
		}
	}
	if err := v.spend(bounds); err != nil {
		return nil, err
	}
	out := value.NewMask(masks[0].Width, masks[0].Height, bounds)
	counts := make([]uint16, len(out.Pix))
	for _, m := range masks {
		for y := m.Bounds.Min.Y; y < m.Bounds.Max.Y; y++ {
			for x := m.Bounds.Min.X; x < m.Bounds.Max.X; x++ {
				if at := (image.Point{X: x, Y: y}); m.At(x, y) && at.In(out.Bounds) {
					counts[(y-out.Bounds.Min.Y)*out.Bounds.Dx()+x-out.Bounds.Min.X]++
				}
			}
		}
	}
	for i, n := range counts {
		out.Pix[i] = int(n) >= least
	}
	return out, nil
}

// tight returns the box around the marked pixels.
func tight(m *value.Mask) value.Box {
	var around image.Rectangle
	for y := m.Bounds.Min.Y; y < m.Bounds.Max.Y; y++ {
		for x := m.Bounds.Min.X; x < m.Bounds.Max.X; x++ {
			if m.At(x, y) {
				around = around.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return value.Box{float64(around.Min.X), float64(around.Min.Y), float64(around.Max.X), float64(around.Max.Y)}
}
