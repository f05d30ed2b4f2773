package model

import (
	"context"
	"fmt"
	"image"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/models"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// readType is the prediction type of recognised text.
const readType = "ocr"

// newPPOCR makes the block that reads text. The sizes of detector and recogniser select the
// models, unless model_id names one model for both.
func newPPOCR(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		images, err := pictures(call)
		if err != nil {
			return engine.None(), err
		}
		found, err := readAll(ctx, call, images)
		if err != nil {
			return engine.None(), err
		}
		return readings(call, images, found), nil
	}), nil
}

// standardReader is the model of a block that cannot name a model. A model of this name in
// the owner's workspace comes first, then the operator's.
const standardReader = "pp-ocr-small/1"

// newOCRModel makes the block that reads text with the standard reader.
func newOCRModel(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
		images, err := pictures(call)
		if err != nil {
			return engine.None(), err
		}
		found, err := ask(ctx, call, engine.Inference{Model: standardReader, Task: models.TextRecognition, Images: images})
		if err != nil {
			return engine.None(), err
		}
		return readings(call, images, found), nil
	}), nil
}

// readings returns the outputs for all pictures.
func readings(call *engine.Call, images []*value.Image, found []*value.Detections) engine.Result {
	results := make([]engine.Result, len(images))
	for i, img := range images {
		results[i] = engine.One(engine.Outputs{
			"result":          textOf(call, found[i]),
			"predictions":     identified(call, found[i], readType, call.NewID()),
			"parent_id":       img.ID(),
			"root_parent_id":  img.Root().ID,
			"prediction_type": readType,
		})
	}
	return engine.Many(results)
}

// textOf returns the recognised text. It is empty if the recogniser did not run.
func textOf(call *engine.Call, d *value.Detections) string {
	if call.Arg(models.OptionTextRecognition) == models.None {
		return ""
	}
	return models.Text(d)
}

// readAll uses one model for both parts. If their sizes differ, it uses one model to find
// boxes and another to read them.
func readAll(ctx context.Context, call *engine.Call, images []*value.Image) ([]*value.Detections, error) {
	detection, recognition := size(call, models.OptionTextDetection), size(call, models.OptionTextRecognition)
	id, named := call.Arg("model_id").(string)
	options := map[string]any{models.OptionTextDetection: detection, models.OptionTextRecognition: recognition}
	if !named || id == "" {
		switch {
		case detection == models.None && recognition == models.None:
			return nil, engine.Failf(engine.RuntimeInput, "text_detection and text_recognition are both none: there is nothing to do")
		case detection == models.None || detection == recognition:
			id = modelOf(recognition)
		case recognition == models.None:
			id = modelOf(detection)
		default:
			return readInTwo(ctx, call, images, modelOf(detection), modelOf(recognition))
		}
	}
	return ask(ctx, call, engine.Inference{Model: id, Task: models.TextRecognition, Images: images, Options: options})
}

func size(call *engine.Call, field string) string {
	if v, ok := call.Arg(field).(string); ok {
		return v
	}
	return "small"
}

func modelOf(size string) string { return fmt.Sprintf("operator/pp-ocr-%s/1", size) }

// readInTwo crops the boxes that the first model finds and reads the crops with the second.
func readInTwo(ctx context.Context, call *engine.Call, images []*value.Image, finder, reader string) ([]*value.Detections, error) {
	found, err := ask(ctx, call, engine.Inference{
		Model: finder, Task: models.TextRecognition, Images: images,
		Options: map[string]any{models.OptionTextRecognition: models.None},
	})
	if err != nil {
		return nil, err
	}
	crops, err := cut(ctx, images, found)
	if err != nil {
		return nil, err
	}
	read, err := ask(ctx, call, engine.Inference{
		Model: reader, Task: models.TextRecognition, Images: crops,
		Options: map[string]any{models.OptionTextDetection: models.None},
	})
	if err != nil {
		return nil, err
	}
	for i, d := range found {
		found[i] = fillIn(d, read[:d.Len()])
		read = read[d.Len():]
	}
	return found, nil
}

// cut returns a picture for each box of each picture.
func cut(ctx context.Context, images []*value.Image, found []*value.Detections) ([]*value.Image, error) {
	var crops []*value.Image
	for i, d := range found {
		pixels, err := images[i].Pixels(ctx)
		if err != nil {
			return nil, err
		}
		for row, b := range d.XYXY {
			x, y := min(int(b[0]), images[i].Width()-1), min(int(b[1]), images[i].Height()-1)
			part := image.Rect(x, y, max(x+1, int(math.Ceil(b[2]))), max(y+1, int(math.Ceil(b[3]))))
			part = part.Intersect(image.Rect(0, 0, images[i].Width(), images[i].Height()))
			crops = append(crops, images[i].Crop(imaging.Crop(pixels, part), fmt.Sprint(row), x, y))
		}
	}
	return crops, nil
}

// fillIn gives each box the text and confidence that were read in it, and drops boxes
// without text.
func fillIn(d *value.Detections, read []*value.Detections) *value.Detections {
	var rows []int
	texts := make([]any, d.Len())
	confidence := make([]float64, d.Len())
	for i, r := range read {
		if r.Len() > 0 {
			texts[i], confidence[i] = r.Class(0), r.Confidence[0]
			rows = append(rows, i)
		}
	}
	next := d.With(value.ColumnClass, texts)
	next.Confidence = confidence
	return next.Select(rows)
}
