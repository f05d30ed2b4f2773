package classic

import (
	"context"
	"image"
	"math"
	"slices"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

const (
	least       = 3.0 // deviation of the brightness of a picture that has edges
	strongest   = 0.8 // the weaker share of the edges does not count
	distinctive = 1.5 // how far the best direction is above the others, in standard deviations
	near        = 3.0 // the search is refined within these degrees around the best direction
)

// rotate turns a picture so that its strongest edges are upright, level or either.
func rotate(ctx context.Context, call *engine.Call, picture *value.Image, pixels image.Image) (engine.Outputs, error) {
	target := argument.Text(call, "target_orientation")
	if !slices.Contains([]string{"vertical", "horizontal", "either"}, target) {
		return nil, engine.Failf(engine.RuntimeInput, "target_orientation must be vertical, horizontal or either")
	}
	skip, err := argument.Number(call, "skip_below_degrees", 0, 360)
	if err != nil {
		return nil, err
	}
	most, err := argument.Number(call, "max_correction_degrees", 0, 360)
	if err != nil {
		return nil, err
	}
	side, err := argument.Whole(call, "internal_resolution", 1, 4096)
	if err != nil {
		return nil, err
	}
	same := engine.Outputs{"image": picture, "angle": 0.0}
	angle, ok := tilt(smaller(raster.Gray(pixels), side), target)
	if !ok || math.Abs(angle) < skip || math.Abs(angle) > most {
		return same, ctx.Err()
	}
	r := raster.NewRotation(picture.Width(), picture.Height(), angle)
	if err := value.Grow(ctx, r.W, r.H); err != nil {
		return nil, err
	}
	return engine.Outputs{"image": picture.WithPixels(r.Rotate(pixels)), "angle": angle}, nil
}

func smaller(p raster.Plane, side int) raster.Plane {
	longest := max(p.W, p.H)
	if longest <= side {
		return p
	}
	scale := float64(side) / float64(longest)
	size := func(n int) int { return max(1, int(math.RoundToEven(float64(n)*scale))) }
	return raster.Resize(p, size(p.W), size(p.H))
}

// tilt returns the angle by which the edges of a picture must be turned.
func tilt(p raster.Plane, target string) (angle float64, ok bool) {
	mean, square := 0.0, 0.0
	for _, v := range p.Pix {
		mean += float64(v) / float64(len(p.Pix))
	}
	for _, v := range p.Pix {
		square += (float64(v) - mean) * (float64(v) - mean) / float64(len(p.Pix))
	}
	if math.Sqrt(square) < least {
		return 0, false
	}
	gx, gy := raster.Sobel(raster.Gaussian(raster.CLAHE(p, 8, 3), 5, raster.Reflect))
	if angle, ok = direction(gx, gy); !ok {
		return 0, false
	}
	period := 180.0
	switch target {
	case "horizontal":
		angle -= 90
	case "either":
		period = 90
	}
	angle -= period * math.Floor(angle/period)
	if angle > period/2 {
		angle -= period
	}
	return angle, true
}

// direction returns the most frequent direction of the strong gradients, from 0 to 180
// degrees, and false if none stands out.
func direction(gx, gy raster.Field) (float64, bool) {
	length := raster.Magnitude(gx, gy).At
	sorted := slices.Clone(length)
	slices.Sort(sorted)
	place := strongest * float64(len(sorted)-1)
	at := int(place)
	cut := float64(sorted[at]) + (place-float64(at))*float64(sorted[min(at+1, len(sorted)-1)]-sorted[at])
	cut = max(cut, 1e-6)
	var histogram [180]float64
	each := func(do func(angle, weight float64)) {
		for i, v := range length {
			if float64(v) >= cut {
				angle := math.Atan2(float64(gy.At[i]), float64(gx.At[i])) * 180 / math.Pi
				do(math.Mod(angle+360, 180), float64(v))
			}
		}
	}
	each(func(angle, weight float64) { histogram[min(int(angle), 179)] += weight })
	peak, ok := peakOf(histogram)
	if !ok {
		return 0, false
	}
	sin, cos := 0.0, 0.0
	each(func(angle, weight float64) {
		if d := math.Abs(angle - peak); min(d, 180-d) <= near {
			s, c := math.Sincos(angle * math.Pi / 90)
			sin, cos = sin+weight*s, cos+weight*c
		}
	})
	return math.Atan2(sin, cos) * 90 / math.Pi, true
}

// peakOf returns the middle of the highest of the smoothed bins.
func peakOf(histogram [180]float64) (float64, bool) {
	var smooth [180]float64
	best, mean := 0, 0.0
	for i := range smooth {
		for d := -2; d <= 2; d++ {
			smooth[i] += histogram[(i+d+180)%180] / 5
		}
		mean += smooth[i] / 180
		if smooth[i] > smooth[best] {
			best = i
		}
	}
	square := 0.0
	for _, v := range smooth {
		square += (v - mean) * (v - mean) / 180
	}
	sorted := slices.Sorted(slices.Values(smooth[:]))
	median := (sorted[89] + sorted[90]) / 2
	return float64(best) + 0.5, (smooth[best]-median)/(math.Sqrt(square)+1e-9) >= distinctive
}
