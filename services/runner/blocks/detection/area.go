package detection

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Names of the columns that hold areas.
const (
	columnArea      = "area_px"
	columnConverted = "area_converted"
)

// newMaskArea makes the block that measures each detection: the pixels of its mask, or of
// its box if it has none.
func newMaskArea(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(_ context.Context, call *engine.Call) (engine.Result, error) {
		d, err := detections("predictions", call.Arg("predictions"))
		if err != nil {
			return engine.None(), err
		}
		perUnit, _ := value.Float(call.Arg("pixels_per_unit"))
		if perUnit <= 0 {
			return engine.None(), engine.Failf(engine.QueryInput, "pixels_per_unit must be above 0")
		}
		pixels, converted := make([]any, d.Len()), make([]any, d.Len())
		for i := range pixels {
			area := area(d, i)
			pixels[i], converted[i] = area, area/(perUnit*perUnit)
		}
		return one(d.With(columnArea, pixels).With(columnConverted, converted)), nil
	}), nil
}

func area(d *value.Detections, i int) float64 {
	if d.Masks != nil && d.Masks[i] != nil {
		if n := d.Masks[i].Area(); n > 0 {
			return float64(n)
		}
	}
	return d.XYXY[i].Width() * d.XYXY[i].Height()
}
