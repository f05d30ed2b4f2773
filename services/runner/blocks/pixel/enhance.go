package pixel

import (
	"context"
	"image"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// enhance stretches each channel to the whole range. It leaves out a share of the darkest
// and brightest pixels, multiplies the distance from the middle, and may brighten.
func enhance(_ context.Context, call *engine.Call, src image.Image) (image.Image, error) {
	clip, err := argument.Number(call, "clip_limit", 0, 50)
	if err != nil {
		return nil, err
	}
	times, err := argument.Number(call, "contrast_multiplier", 0.1, 5)
	if err != nil {
		return nil, err
	}
	gamma := 1.0
	if value.Truthy(call.Arg("normalize_brightness")) {
		gamma = 1 / 1.3
	}
	return raster.Each(src, func(p raster.Plane) raster.Plane {
		histogram := raster.Histogram(p)
		low, high := raster.Quantile(&histogram, clip/100), raster.Quantile(&histogram, 1-clip/100)
		if high <= low {
			return p
		}
		out := raster.New(p.W, p.H)
		table := stretch(low, high, times, gamma)
		for i, v := range p.Pix {
			out.Pix[i] = table[v]
		}
		return out
	}), nil
}

func stretch(low, high, times, gamma float64) (table [256]uint8) {
	for i := range table {
		v := (float64(i) - low) / (high - low) * 255
		v = min(max(128+(v-128)*times, 0), 255)
		if times == 1 { // the same, but exact
			v = min(max((float64(i)-low)*255/(high-low), 0), 255)
		}
		table[i] = uint8(math.Pow(v/255, gamma)*255 + 1e-9)
	}
	return table
}
