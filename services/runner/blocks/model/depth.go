package model

import (
	"context"
	"image"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/models"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// newDepth makes the block that says how near each pixel of a picture is.
func newDepth(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		images, err := pictures(call)
		if err != nil {
			return engine.None(), err
		}
		id, ok := call.Arg("model_version").(string)
		if !ok || id == "" {
			return engine.None(), engine.Failf(engine.RuntimeInput, "model_version must be the id of a model")
		}
		answers, err := infer(ctx, call, engine.Inference{Model: id, Task: models.DepthEstimation, Images: images})
		if err != nil {
			return engine.None(), err
		}
		results := make([]engine.Result, len(answers))
		for i, answer := range answers {
			depth, ok := answer.(*models.Depth)
			if !ok {
				return engine.None(), unexpected(id, answer)
			}
			if err := value.Grow(ctx, depth.Width, numberPixels*depth.Height); err != nil {
				return engine.None(), err
			}
			results[i] = engine.One(engine.Outputs{"image": images[i].WithPixels(heat(depth)), "normalized_depth": rows(depth)})
		}
		return engine.Many(results), nil
	}), nil
}

// numberPixels is the memory of one number of a list, in pixels.
const numberPixels = 6

// rows are the numbers as a list of lists.
func rows(d *models.Depth) []any {
	lines := make([]any, d.Height)
	for y := range lines {
		line := make([]any, d.Width)
		for x := range line {
			line[x] = float64(d.Near[y*d.Width+x])
		}
		lines[y] = line
	}
	return lines
}

// heat draws near places yellow and far ones violet.
func heat(d *models.Depth) image.Image {
	scale, _ := imaging.NewPalette("Matplotlib Viridis", 256) // of the palettes that are there
	out := image.NewRGBA(image.Rect(0, 0, d.Width, d.Height))
	for i, near := range d.Near {
		c := scale.At(int(near * 255))
		out.Pix[4*i], out.Pix[4*i+1], out.Pix[4*i+2], out.Pix[4*i+3] = c.R, c.G, c.B, c.A
	}
	return out
}
