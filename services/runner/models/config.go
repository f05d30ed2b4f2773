package models

import "github.com/keyhole-dev/keyhole/services/runner/imaging"

// inferenceConfig is the supported part of inference_config.json. Settings that would
// change the result and are not supported are refused, not ignored.
type inferenceConfig struct {
	PreProcessing struct {
		StaticCrop enabled `json:"static-crop"`
		Contrast   enabled `json:"contrast"`
		Grayscale  enabled `json:"grayscale"`
		AutoOrient enabled `json:"auto-orient"`
	} `json:"image_pre_processing"`
	Input struct {
		Size         size        `json:"training_input_size"`
		ColorMode    string      `json:"color_mode"`
		ResizeMode   string      `json:"resize_mode"`
		PaddingValue float32     `json:"padding_value"`
		Channels     *int        `json:"input_channels"`
		Scaling      *float32    `json:"scaling_factor"`
		Normalize    [][]float32 `json:"normalization"`
	} `json:"network_input"`
	Forward struct {
		StaticBatch int `json:"static_batch_size"`
		MaxBatch    int `json:"max_dynamic_batch_size"`
	} `json:"forward_pass"`
	Post *struct {
		Type   string `json:"type"`
		Fused  bool   `json:"fused"`
		Params struct {
			Confidence *float64 `json:"confidence_threshold"`
		} `json:"nms_parameters"`
	} `json:"post_processing"`
}

type enabled struct {
	Enabled bool `json:"enabled"`
}

type size struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

// maxSide bounds the size that a package may ask a picture to be scaled to, in pixels.
const maxSide = 4096

func (c *inferenceConfig) check() error {
	in := &c.Input
	switch {
	case c.PreProcessing.StaticCrop.Enabled, c.PreProcessing.Contrast.Enabled, c.PreProcessing.Grayscale.Enabled:
		return badPackage("inference_config.json asks for pre-processing (crop, contrast or grayscale) that is not supported")
	case in.Size.Width < 1 || in.Size.Height < 1 || in.Size.Width > maxSide || in.Size.Height > maxSide:
		return badPackage("inference_config.json wants pictures of %d by %d pixels; 1 to %d are supported", in.Size.Width, in.Size.Height, maxSide)
	case in.ColorMode != "" && in.ColorMode != "rgb" && in.ColorMode != "bgr":
		return badPackage("inference_config.json has color_mode %.40q; rgb and bgr are supported", in.ColorMode)
	case in.ResizeMode != "" && in.ResizeMode != string(imaging.Stretch) && in.ResizeMode != string(imaging.Letterbox):
		return badPackage("inference_config.json has resize_mode %.40q; stretch and letterbox are supported", in.ResizeMode)
	case in.Channels != nil && *in.Channels != 3:
		return badPackage("inference_config.json has %d input channels; 3 are supported", *in.Channels)
	case in.Scaling != nil && *in.Scaling == 0:
		return badPackage("inference_config.json has a scaling_factor of 0")
	case in.Normalize != nil && !normalization(in.Normalize):
		return badPackage("inference_config.json has a normalization that is not three means and three deviations")
	}
	return nil
}

func normalization(n [][]float32) bool {
	if len(n) != 2 || len(n[0]) != 3 || len(n[1]) != 3 {
		return false
	}
	return n[1][0] != 0 && n[1][1] != 0 && n[1][2] != 0
}

// tensor returns the tensor format and the resize mode that the package asks for.
func (c *inferenceConfig) tensor() (imaging.Tensor, imaging.Mode) {
	in := c.Input
	t := imaging.Tensor{Width: in.Size.Width, Height: in.Size.Height, BGR: in.ColorMode == "bgr", Padding: in.PaddingValue}
	scaling := float32(1)
	if in.Scaling != nil {
		scaling = 1 / *in.Scaling
	}
	for i := range 3 {
		t.Scale[i] = scaling
		if in.Normalize != nil {
			t.Scale[i] = scaling / in.Normalize[1][i]
			t.Shift[i] = -in.Normalize[0][i] / in.Normalize[1][i]
		}
	}
	mode := imaging.Mode(in.ResizeMode)
	if mode == "" {
		mode = imaging.Stretch
	}
	return t, mode
}
