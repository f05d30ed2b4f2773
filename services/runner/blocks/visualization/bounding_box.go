package visualization

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

// newBoundingBox makes the block that draws a box around each detection.
func newBoundingBox(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		c, err := newCanvas(ctx, call)
		if err != nil {
			return engine.None(), err
		}
		thickness, roundness := whole(call, "thickness", 2), number(call, "roundness", 0)
		for i, box := range c.detections.XYXY {
			imaging.Box(c.RGBA, box, c.color(i), thickness, roundness)
		}
		return c.result(), ctx.Err()
	}), nil
}
