package feature

import (
	"context"
	"fmt"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/sift"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// newComparison makes the block that counts the descriptors of one picture that are found in
// another.
func newComparison(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		var both [2][][128]uint8
		for i := range both {
			field := fmt.Sprint("descriptor_", i+1)
			given, err := descriptorsOf(field, call.Arg(field))
			if err != nil {
				return engine.None(), err
			}
			both[i] = given
		}
		out, _, err := compare(ctx, call, both)
		return engine.One(out), err
	}), nil
}

// compare returns the outputs that both versions have. Each picture needs at least two
// descriptors.
func compare(ctx context.Context, call *engine.Call, both [2][][128]uint8) (engine.Outputs, []sift.Pair, error) {
	threshold, err := argument.Whole(call, "good_matches_threshold", 0, 1<<30)
	if err != nil {
		return nil, nil, err
	}
	ratio, err := argument.Number(call, "ratio_threshold", 0, 1e6)
	if err != nil {
		return nil, nil, err
	}
	var pairs []sift.Pair
	if len(both[0]) > 1 && len(both[1]) > 1 {
		if pairs, err = sift.Match(ctx, both[0], both[1], ratio); err != nil {
			return nil, nil, err
		}
	}
	enough := len(both[0]) > 1 && len(both[1]) > 1 && len(pairs) >= threshold
	return engine.Outputs{"good_matches_count": int64(len(pairs)), "images_match": enough}, pairs, nil
}

// newPictureComparison makes the block of version 2, which also takes pictures. Both of its
// matchers are exact here.
func newPictureComparison(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		visualize := value.Truthy(call.Arg("visualize"))
		var both [2][][128]uint8
		var found [2]*features
		shown := engine.Outputs{"visualization_matches": nil}
		for i := range both {
			field := fmt.Sprint("input_", i+1)
			given := call.Arg(field)
			n := i + 1
			shown[fmt.Sprint("keypoints_", n)], shown[fmt.Sprint("descriptors_", n)], shown[fmt.Sprint("visualization_", n)] = nil, given, nil
			picture, ok := given.(*value.Image)
			if !ok {
				var err error
				if both[i], err = descriptorsOf(field, given); err != nil {
					return engine.None(), err
				}
				continue
			}
			f, err := find(ctx, picture)
			if err != nil {
				return engine.None(), err
			}
			found[i], both[i] = f, sift.Descriptors(f.points)
			shown[fmt.Sprint("keypoints_", n)], shown[fmt.Sprint("descriptors_", n)] = keypoints(f.points), descriptors(f.points)
			if visualize {
				shown[fmt.Sprint("visualization_", n)] = picture.WithPixels(f.drawn())
			}
		}
		out, pairs, err := compare(ctx, call, both)
		if err != nil {
			return engine.None(), err
		}
		for name, v := range shown {
			out[name] = v
		}
		if first, ok := call.Arg("input_1").(*value.Image); ok && visualize && found[1] != nil {
			if err := value.Grow(ctx, found[0].gray.W+found[1].gray.W, max(found[0].gray.H, found[1].gray.H)); err != nil {
				return engine.None(), err
			}
			out["visualization_matches"] = first.WithPixels(side(found[0], found[1], pairs))
		}
		return engine.One(out), nil
	}), nil
}
