package pixel

import (
	"context"
	"image"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
)

// maxKernel bounds the side of a kernel in pixels.
const maxKernel = 999

func gray(_ context.Context, _ *engine.Call, src image.Image) (image.Image, error) {
	return raster.Gray(src).Image(), nil
}

// blur blurs by one of four methods. The Gaussian and the median need an odd size and take
// the next larger one.
func blur(_ context.Context, call *engine.Call, src image.Image) (image.Image, error) {
	kind := argument.Text(call, "blur_type")
	low := 1
	if kind == "gaussian" || kind == "median" {
		low = -maxKernel
	}
	size, err := argument.Whole(call, "kernel_size", low, maxKernel)
	if err != nil {
		return nil, err
	}
	odd := max(size, 1) | 1
	switch kind {
	case "average":
		return raster.Each(src, func(p raster.Plane) raster.Plane { return raster.Box(p, size, raster.Reflect) }), nil
	case "gaussian":
		if err := afford(src, 6*odd); err != nil {
			return nil, err
		}
		return raster.Each(src, func(p raster.Plane) raster.Plane { return raster.Gaussian(p, odd, raster.Reflect) }), nil
	case "median":
		if err := afford(src, 3*(2*odd+256)); err != nil {
			return nil, err
		}
		return raster.Each(src, func(p raster.Plane) raster.Plane { return raster.Median(p, odd) }), nil
	case "bilateral":
		const sigma = 75
		if err := afford(src, 6*size*size); err != nil {
			return nil, err
		}
		return raster.Bilateral(src, size, sigma), nil
	}
	return nil, unknown("blur_type", kind)
}

func unknown(field, given string) error {
	return engine.Failf(engine.RuntimeInput, "%s %.60q is not known", field, given)
}

// threshold compares each channel with a value. Methods that choose the value themselves use
// the brightness of the picture.
func threshold(_ context.Context, call *engine.Call, src image.Image) (image.Image, error) {
	const bound = 1 << 20
	at, err := argument.Whole(call, "thresh_value", -bound, bound)
	if err != nil {
		return nil, err
	}
	most, err := argument.Whole(call, "max_value", -bound, bound)
	if err != nil {
		return nil, err
	}
	kind := argument.Text(call, "threshold_type")
	if table, ok := raster.Threshold(kind, at, most); ok {
		return raster.Map(src, table), nil
	}
	const window, delta = 11, 2 // fixed by the language
	plane := raster.Gray(src)
	switch kind {
	case "otsu":
		table, _ := raster.Threshold("binary", raster.Otsu(plane), most)
		return raster.Map(plane.Image(), table), nil
	case "adaptive_mean":
		return raster.Adaptive(plane, raster.Box(plane, window, raster.Replicate), delta, most).Image(), nil
	case "adaptive_gaussian":
		return raster.Adaptive(plane, raster.Gaussian(plane, window, raster.Replicate), delta, most).Image(), nil
	}
	return nil, unknown("threshold_type", kind)
}

// grayMorphology is version 1, which works on the brightness.
func grayMorphology(_ context.Context, call *engine.Call, src image.Image) (image.Image, error) {
	return morphology(call, raster.Gray(src).Image())
}

// colorMorphology is version 2. Its pictures always have colours.
func colorMorphology(_ context.Context, call *engine.Call, src image.Image) (image.Image, error) {
	return morphology(call, raster.Colour(src))
}

func morphology(call *engine.Call, src image.Image) (image.Image, error) {
	size, err := argument.Whole(call, "kernel_size", 1, maxKernel)
	if err != nil {
		return nil, err
	}
	operation, ok := raster.Morphology(argument.Text(call, "operation"))
	if !ok {
		return nil, unknown("operation", argument.Text(call, "operation"))
	}
	return raster.Each(src, func(p raster.Plane) raster.Plane { return operation(p, size) }), nil
}
