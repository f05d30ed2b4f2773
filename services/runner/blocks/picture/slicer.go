package picture

import (
	"context"
	"image"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// maxSlices bounds the slices of one picture.
const maxSlices = 4096

// newSlicer makes the block that cuts a picture into overlapping slices. The last slices of
// a row and a column may be smaller.
func newSlicer(engine.Step) (engine.Block, error) { return slicer(false), nil }

// newShiftedSlicer makes the second version of the block: the last slices have full size and
// begin earlier.
func newShiftedSlicer(engine.Step) (engine.Block, error) { return slicer(true), nil }

func slicer(shifted bool) engine.Block {
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		whole, err := picture("image", call.Arg("image"))
		if err != nil {
			return engine.None(), err
		}
		columns, err := spans(call, "width", whole.Width(), shifted)
		if err != nil {
			return engine.None(), err
		}
		rows, err := spans(call, "height", whole.Height(), shifted)
		if err != nil {
			return engine.None(), err
		}
		if len(columns)*len(rows) > maxSlices {
			return engine.None(), tooMany()
		}
		pixels, err := whole.Pixels(ctx)
		if err != nil {
			return engine.None(), err
		}
		var results []engine.Result
		for _, y := range rows {
			for _, x := range columns {
				cut := imaging.Crop(pixels, image.Rect(x[0], y[0], x[1], y[1]))
				slice := whole.Crop(cut, "image_slicer."+call.NewID(), x[0], y[0])
				results = append(results, engine.One(engine.Outputs{"slices": slice}))
			}
		}
		return engine.Many(results), nil
	})
}

func tooMany() error {
	return engine.Failf(engine.LimitsCaused, "the picture would become more than %d slices; make the slices larger or their overlap smaller", maxSlices)
}

// spans returns where the slices begin and end along one side of the picture.
func spans(call *engine.Call, side string, length int, shifted bool) ([][2]int, error) {
	given, _ := value.Int(call.Arg("slice_" + side))
	overlap, _ := value.Float(call.Arg("overlap_ratio_" + side))
	if given < 1 || !(overlap >= 0 && overlap < 1) {
		return nil, engine.Failf(engine.QueryInput, "slice_%s must be at least 1 and overlap_ratio_%s at least 0 and below 1", side, side)
	}
	size := int(min(given, int64(length)))
	stride := size - int(overlap*float64(size))
	if !shifted { // the overlap is a share of the slice, even if the slice is larger than the picture
		stride = int(min(given-int64(overlap*float64(given)), int64(length)))
	}
	if (length-1)/stride >= maxSlices {
		return nil, tooMany()
	}
	var out [][2]int
	for at := 0; at < length; at += stride {
		end := min(at+size, length)
		if !shifted {
			out = append(out, [2]int{at, end})
			continue
		}
		out = append(out, [2]int{end - size, end})
		if end == length { // further slices would be the same
			break
		}
	}
	return out, nil
}
