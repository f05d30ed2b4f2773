package classic

import (
	"context"
	"image"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// newTenengrad makes the block that measures how sharp a picture is by the mean square of its
// Sobel gradient, and draws what a camera shows its operator.
func newTenengrad(fonts func() (*imaging.Fonts, error)) engine.Constructor {
	return func(step engine.Step) (engine.Block, error) {
		shared, err := fonts()
		if err != nil {
			return nil, err
		}
		return on(func(_ context.Context, call *engine.Call, picture *value.Image, pixels image.Image) (engine.Outputs, error) {
			gray := raster.Gray(pixels)
			sharp := tenengrad(gray)
			mean := sharp.mean(image.Rect(0, 0, gray.W, gray.H))
			out := engine.Outputs{"image": picture, "focus_measure": mean, "bbox_focus_measures": sharp.boxes(call)}
			a := &aids{fonts: shared, gray: gray, from: pixels, sharp: sharp, mean: mean}
			drawn, err := a.draw(call)
			if err == nil && drawn != nil {
				out["image"] = picture.WithPixels(drawn)
			}
			return out, err
		})(step)
	}
}
