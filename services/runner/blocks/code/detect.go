package code

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/runner/barcode"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// kind describes a block: what it reads, and the name of its result.
type kind struct {
	class, predictionType string
	read                  func(context.Context, raster.Plane) ([]barcode.Code, error)
}

var (
	qrCodes  = kind{"qr_code", "qrcode-detection", barcode.ReadQR}
	barcodes = kind{"barcode", "barcode-detection", barcode.ReadAll}
)

// columnText holds the text of a code.
const columnText = "data"

// reads makes a block that reads the codes of pictures.
func reads(k kind) engine.Constructor {
	return func(engine.Step) (engine.Block, error) {
		return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
			images := call.Batch("images")
			results := make([]engine.Result, images.Len())
			for i, v := range images.Values {
				picture, ok := v.(*value.Image)
				if !ok {
					return engine.None(), engine.Failf(engine.QueryInput, "images must be pictures")
				}
				found, err := k.find(ctx, call, picture)
				if err != nil {
					return engine.None(), err
				}
				results[i] = engine.One(engine.Outputs{"predictions": found})
			}
			return engine.Many(results), nil
		}), nil
	}
}

func (k kind) find(ctx context.Context, call *engine.Call, picture *value.Image) (*value.Detections, error) {
	ctx, done := value.Reading(ctx)
	defer done()
	pixels, err := picture.Pixels(ctx)
	if err != nil {
		return nil, err
	}
	codes, err := k.read(ctx, raster.Gray(pixels))
	if err != nil {
		return nil, err
	}
	w, h := float64(picture.Width()), float64(picture.Height())
	d := &value.Detections{Data: map[string][]any{columnText: {}}}
	for _, c := range codes {
		d.XYXY = append(d.XYXY, value.Box{min(max(c.X0, 0), w), min(max(c.Y0, 0), h), min(max(c.X1, 0), w), min(max(c.Y1, 0), h)})
		d.Confidence, d.ClassID = append(d.Confidence, 1), append(d.ClassID, 0)
		for name, cell := range map[string]any{
			columnText: c.Text, value.ColumnClass: k.class, value.ColumnID: call.NewID(), value.ColumnPredictionType: k.predictionType,
		} {
			d.Data[name] = append(d.Data[name], cell)
		}
	}
	return d.Place(picture), nil
}
