package feature

import (
	"context"
	"image"
	"image/draw"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/geometry"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
	"github.com/keyhole-dev/keyhole/services/runner/sift"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

const (
	// ratio is the threshold of Lowe's ratio test for the points of a panorama.
	ratio = 0.75
	// maxSide bounds the sides of a panorama, in pixels.
	maxSide = 16_384
)

// newStitch makes the block that joins two pictures that overlap. If they do not overlap,
// there is no panorama.
func newStitch(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		count, err := argument.NumberOr(call, "count_of_best_matches_per_query_descriptor", 2, -1e6, 1e6)
		if err != nil {
			return engine.None(), err
		}
		within, err := argument.NumberOr(call, "max_allowed_reprojection_error", 3, -1e6, 1e6)
		if err != nil {
			return engine.None(), err
		}
		if count == 0 {
			return engine.None(), engine.Failf(engine.RuntimeInput, "count_of_best_matches_per_query_descriptor must not be 0")
		}
		var pictures [2]*value.Image
		for i, field := range []string{"image1", "image2"} {
			if pictures[i], err = argument.Picture(call, field); err != nil {
				return engine.None(), err
			}
		}
		var stitched any // with a single candidate, a match cannot be distinguished from chance
		if math.Round(math.Abs(count)) > 1 {
			if stitched, err = stitch(ctx, pictures, math.Abs(within)); err != nil {
				return engine.None(), err
			}
		}
		return engine.One(engine.Outputs{"stitched_image": stitched}), nil
	}), nil
}

// stitch maps the picture whose key points are further to the left on average to the plane of
// the other.
func stitch(ctx context.Context, pictures [2]*value.Image, within float64) (any, error) {
	var found [2]*features
	for i, p := range pictures {
		f, err := find(ctx, p)
		if err != nil {
			return nil, err
		}
		found[i] = f
	}
	moving, fixed := found[0], found[1]
	if !(meanX(found[0].points) < meanX(found[1].points)) {
		moving, fixed = fixed, moving
	}
	pairs, err := sift.Match(ctx, sift.Descriptors(found[0].points), sift.Descriptors(found[1].points), ratio)
	if err != nil {
		return nil, err
	}
	var from, to []geometry.Point
	for _, pair := range pairs {
		p, q := placeOf(found[0].points[pair.A]), placeOf(found[1].points[pair.B])
		if moving != found[0] {
			p, q = q, p
		}
		from, to = append(from, p), append(to, q)
	}
	plane, _, ok := geometry.Agree(ctx, from, to, within)
	if !ok {
		return nil, ctx.Err()
	}
	joined, err := join(ctx, moving, fixed, plane)
	if joined == nil || err != nil {
		return nil, err
	}
	return pictures[0].WithPixels(joined), nil
}

func placeOf(p sift.Point) geometry.Point { return geometry.Point{X: p.X, Y: p.Y} }

func meanX(points []sift.Point) float64 {
	sum := 0.0
	for _, p := range points {
		sum += p.X
	}
	return sum / float64(len(points))
}

// join draws the moving picture in the plane of the fixed one, and the fixed one over it. It
// returns nil if the plane is seen from its edge, because the panorama then has no sensible
// size.
func join(ctx context.Context, moving, fixed *features, plane geometry.Homography) (image.Image, error) {
	canvas := image.Rect(0, 0, fixed.gray.W, fixed.gray.H)
	w, h := float64(moving.gray.W), float64(moving.gray.H)
	for _, p := range []geometry.Point{{X: 0, Y: 0}, {X: w, Y: 0}, {X: w, Y: h}, {X: 0, Y: h}} {
		if plane[6]*p.X+plane[7]*p.Y+plane[8] <= 0 { // behind the viewer
			return nil, nil
		}
		q := plane.Apply(p)
		if !(math.Abs(q.X) < maxSide && math.Abs(q.Y) < maxSide) {
			return nil, nil
		}
		corner := image.Pt(int(q.X), int(q.Y))
		canvas.Min = image.Pt(min(canvas.Min.X, corner.X), min(canvas.Min.Y, corner.Y))
		canvas.Max = image.Pt(max(canvas.Max.X, corner.X), max(canvas.Max.Y, corner.Y))
	}
	if canvas.Dx() > maxSide || canvas.Dy() > maxSide {
		return nil, nil
	}
	if err := value.Grow(ctx, raster.RemapCost*canvas.Dx(), canvas.Dy()); err != nil {
		return nil, err
	}
	shift := geometry.Homography{1, 0, -float64(canvas.Min.X), 0, 1, -float64(canvas.Min.Y), 0, 0, 1}
	back, ok := shift.After(plane).Inverse()
	if !ok {
		return nil, nil
	}
	sheet := imaging.Copy(raster.Warp(moving.pixels, canvas.Dx(), canvas.Dy(), back))
	draw.Draw(sheet, image.Rect(0, 0, fixed.gray.W, fixed.gray.H).Sub(canvas.Min), fixed.pixels, fixed.pixels.Bounds().Min, draw.Src)
	return sheet, ctx.Err()
}
