package models_test

import (
	"fmt"
	"image"
	"image/color"
	"testing"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/models"
	"github.com/keyhole-dev/keyhole/services/runner/models/modeltest"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// The net returns its input: red is the middle of the box, green its sides, and blue the
// score. Each pre-processing changes the colours, or the part of 64 by 64 pixels, and a box
// is where it is on the whole picture.
func TestPreProcessingOfPackages(t *testing.T) {
	t.Parallel()
	// 128 by 128: the colour in the right half, black with a white edge in the left one.
	half := func(c color.RGBA) *value.Image {
		img := image.NewRGBA(image.Rect(0, 0, 128, 128))
		for i := range 128 * 128 {
			img.SetRGBA(i%128, i/128, c)
			if i%128 < 64 {
				img.SetRGBA(i%128, i/128, color.RGBA{A: 255})
			}
		}
		return value.NewImage(img, "half")
	}
	const network = `"network_input":{"training_input_size":{"width":64,"height":64},"resize_mode":"stretch","color_mode":"rgb"}`
	for name, c := range map[string]struct {
		pre  string
		want string
	}{
		// The right half is 64 by 128: 40 of 64 is 40 to the right and 80 down, 20 is 20 and 40.
		"static crop": {`"static-crop":{"enabled":true,"x_min":50,"x_max":100,"y_min":0,"y_max":100}`, "[94 60 114 100]"},
		// The right half of the lower half is 64 by 64.
		"crop of a quarter": {`"static-crop":{"enabled":true,"x_min":50,"x_max":100,"y_min":50,"y_max":100}`, "[94 94 114 114]"},
		// The brightness is 40*0.299 + 20*0.587 + 250*0.114 = 52.2, of all channels: the box
		// has the middle 52 and the sides 52.
		"grey crop": {`"grayscale":{"enabled":true},"static-crop":{"enabled":true,"x_min":50,"x_max":100,"y_min":50,"y_max":100}`, "[90 90 128 128]"},
	} {
		config := `{"image_pre_processing":{` + c.pre + `},` + network + `}`
		path := packed(t, map[string]string{"weights.onnx": string(mirror()), "class_names.txt": "cat\ndog\n", "inference_config.json": config})
		r := modeltest.Runner(t, modeltest.Files{mirrorID: path})
		found := infer(t, r, engine.Inference{Step: "find", Model: mirrorID, Task: models.ObjectDetection, Images: []*value.Image{half(color.RGBA{40, 20, 250, 255})}})
		if d := found[0]; d.Len() != 1 || fmt.Sprint(d.XYXY[0]) != c.want {
			t.Errorf("%s: found %v, want %s", name, d.XYXY, c.want)
		}
	}
}
