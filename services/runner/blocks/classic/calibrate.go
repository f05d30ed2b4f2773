package classic

import (
	"context"
	"image"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// camera is a lens: focal lengths and centre in pixels, and the coefficients of its
// distortion (Brown and Conrady).
type camera struct{ fx, fy, cx, cy, k1, k2, k3, p1, p2 float64 }

// calibrate removes the distortion of a lens. All of the picture stays visible.
func calibrate(_ context.Context, call *engine.Call, picture *value.Image, pixels image.Image) (engine.Outputs, error) {
	c, err := cameraOf(call)
	if err != nil {
		return nil, err
	}
	w, h := picture.Width(), picture.Height()
	from := c.fisheye
	if !value.Truthy(call.Arg("use_fisheye_model")) {
		from = c.straight(w, h)
	}
	return engine.Outputs{"calibrated_image": picture.WithPixels(raster.Remap(pixels, w, h, from))}, nil
}

func cameraOf(call *engine.Call) (c camera, err error) {
	for field, to := range map[string]*float64{
		"fx": &c.fx, "fy": &c.fy, "cx": &c.cx, "cy": &c.cy, "k1": &c.k1, "k2": &c.k2, "k3": &c.k3, "p1": &c.p1, "p2": &c.p2,
	} {
		if *to, err = argument.Number(call, field, -1e9, 1e9); err != nil {
			return c, err
		}
	}
	if c.fx == 0 || c.fy == 0 {
		return c, engine.Failf(engine.RuntimeInput, "fx and fy must not be 0")
	}
	return c, nil
}

// fisheye returns the place in the distorted picture, by the division model.
func (c camera) fisheye(u, v float64) (float64, float64) {
	x, y := (u-c.cx)/c.fx, (v-c.cy)/c.fy
	scale, square := 1.0, x*x+y*y
	if math.Abs(c.k1) >= 1e-8 && square >= 1e-8 {
		scale = (1 - math.Sqrt(max(1-4*c.k1*square, 0))) / (2 * c.k1 * square)
	}
	return x*scale*c.fx + c.cx, y*scale*c.fy + c.cy
}

// distort returns where a point is seen, without the matrix of the camera.
func (c camera) distort(x, y float64) (float64, float64) {
	r := x*x + y*y
	radial := 1 + r*(c.k1+r*(c.k2+r*c.k3))
	return x*radial + 2*c.p1*x*y + c.p2*(r+2*x*x), y*radial + c.p1*(r+2*y*y) + 2*c.p2*x*y
}

// undistort is the inverse of distort, by five rounds of iteration.
func (c camera) undistort(atX, atY float64) (x, y float64) {
	x, y = atX, atY
	for range 5 {
		r := x*x + y*y
		radial := 1 / (1 + r*(c.k1+r*(c.k2+r*c.k3)))
		if radial < 0 { // far outside; there is no inverse
			return atX, atY
		}
		dx, dy := 2*c.p1*x*y+c.p2*(r+2*x*x), c.p1*(r+2*y*y)+2*c.p2*x*y
		x, y = (atX-dx)*radial, (atY-dy)*radial
	}
	return x, y
}

// straight returns where the pixels of a picture without distortion are in the distorted
// one. It is scaled so that a grid of 9 by 9 points of the distorted one is on it.
func (c camera) straight(w, h int) func(u, v float64) (float64, float64) {
	const grid = 9
	left, top, right, bottom := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for i := range grid * grid {
		u, v := float64(i%grid)*float64(w-1)/(grid-1), float64(i/grid)*float64(h-1)/(grid-1)
		x, y := c.undistort((u-c.cx)/c.fx, (v-c.cy)/c.fy)
		left, top, right, bottom = min(left, x), min(top, y), max(right, x), max(bottom, y)
	}
	scaleX, scaleY := (right-left)/max(float64(w-1), 1), (bottom-top)/max(float64(h-1), 1)
	return func(u, v float64) (float64, float64) {
		x, y := c.distort(left+u*scaleX, top+v*scaleY)
		return c.fx*x + c.cx, c.fy*y + c.cy
	}
}
