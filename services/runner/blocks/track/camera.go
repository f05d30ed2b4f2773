package track

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/runner/geometry"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
	"github.com/keyhole-dev/keyhole/services/runner/sift"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// camera estimates its own motion from frame to frame: the turn, the zoom and the shift that
// most key points agree on. The language names four methods; this one serves for all of them.
type camera struct {
	shrink int // the frames are smaller by this factor
	motion geometry.Homography
	before []sift.Point
}

const (
	// cameraPixels bounds the size of the frames that are compared. With fewer key points
	// than leastAgreed, no motion is assumed.
	cameraPixels = 250_000
	leastAgreed  = 8
	cameraRatio  = 0.8
	cameraWithin = 3 // pixels of the smaller frame
)

// look takes the next frame.
func (c *camera) look(ctx context.Context, picture *value.Image) error {
	pixels, err := picture.Pixels(ctx)
	if err != nil {
		return err
	}
	gray, shrink := raster.Gray(pixels), max(c.shrink, 1)
	for gray.W/shrink*(gray.H/shrink) > cameraPixels {
		shrink++
	}
	if err := value.Grow(ctx, 13, 4*cameraPixels); err != nil {
		return err
	}
	small := raster.Resize(gray, max(gray.W/shrink, 1), max(gray.H/shrink, 1))
	points, err := sift.Find(ctx, small)
	if err != nil {
		return err
	}
	before := c.before
	c.before, c.motion = points, geometry.Identity
	found, err := sift.Match(ctx, sift.Descriptors(before), sift.Descriptors(points), cameraRatio)
	if err != nil {
		return err
	}
	var from, to []geometry.Point
	for _, pair := range found {
		from = append(from, geometry.Point{X: before[pair.A].X, Y: before[pair.A].Y})
		to = append(to, geometry.Point{X: points[pair.B].X, Y: points[pair.B].Y})
	}
	if h, inliers, ok := geometry.AgreeOnMotion(ctx, from, to, cameraWithin); ok && len(inliers) >= leastAgreed {
		c.motion = h
		c.motion[2] *= float64(shrink)
		c.motion[5] *= float64(shrink)
	}
	return ctx.Err()
}
