package modelpackage

import (
	"slices"
	"strings"
)

// Config is the supported part of inference_config.json. Settings that would change the
// result and are not supported are refused, not ignored.
type Config struct {
	PreProcessing struct {
		StaticCrop Crop     `json:"static-crop"`
		Contrast   Contrast `json:"contrast"`
		Grayscale  enabled  `json:"grayscale"`
	} `json:"image_pre_processing"`
	Input struct {
		// Size may be left out: then the model's own input decides.
		Size         *Size       `json:"training_input_size"`
		ColorMode    string      `json:"color_mode"`
		ResizeMode   string      `json:"resize_mode"`
		PaddingValue float32     `json:"padding_value"`
		Channels     *int        `json:"input_channels"`
		Scaling      *float32    `json:"scaling_factor"`
		Normalize    [][]float32 `json:"normalization"`
	} `json:"network_input"`
	Forward struct {
		MaxBatch int `json:"max_dynamic_batch_size"`
	} `json:"forward_pass"`
	Post *struct {
		Type   string `json:"type"`
		Fused  bool   `json:"fused"`
		Params struct {
			Confidence *float64 `json:"confidence_threshold"`
		} `json:"nms_parameters"`
	} `json:"post_processing"`
	Classes []struct {
		Type string `json:"type"`
		Name string `json:"class_name"`
	} `json:"class_names_operations"`
}

type enabled struct {
	Enabled bool `json:"enabled"`
}

// Crop is the part of each picture that a model looks at, in percent of its sides.
type Crop struct {
	enabled
	XMin float64 `json:"x_min"`
	XMax float64 `json:"x_max"`
	YMin float64 `json:"y_min"`
	YMax float64 `json:"y_max"`
}

// Contrast raises the contrast of pictures by one of [ContrastTypes].
type Contrast struct {
	enabled
	Type string `json:"type"`
}

// ContrastTypes are the methods that raise the contrast.
var ContrastTypes = []string{"Adaptive Equalization", "Contrast Stretching", "Histogram Equalization"}

// valid reports whether a part of the picture is left.
func (c *Crop) valid() bool {
	return c.XMin >= 0 && c.YMin >= 0 && c.XMax <= 100 && c.YMax <= 100 && c.XMin < c.XMax && c.YMin < c.YMax
}

// Size is a size of pictures in pixels.
type Size struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

// MaxSide bounds the size that a package may ask a picture to be scaled to, in pixels.
const MaxSide = 4096

// The modes in which a picture is resized.
const (
	Stretch    = "stretch"
	Letterbox  = "letterbox"
	CenterCrop = "center-crop"
)

func (c *Config) check() error {
	in := &c.Input
	switch {
	case c.PreProcessing.StaticCrop.Enabled && !c.PreProcessing.StaticCrop.valid():
		return problem("inference_config.json has a static-crop whose x_min, x_max, y_min and y_max leave nothing of a picture; they are percent from 0 to 100")
	case c.PreProcessing.Contrast.Enabled && !slices.Contains(ContrastTypes, c.PreProcessing.Contrast.Type):
		return problem("inference_config.json has a contrast of type %.40q; the types are %s", c.PreProcessing.Contrast.Type, strings.Join(ContrastTypes, ", "))
	case in.Size != nil && (in.Size.Width < 1 || in.Size.Height < 1 || in.Size.Width > MaxSide || in.Size.Height > MaxSide):
		return problem("inference_config.json wants pictures of %d by %d pixels; 1 to %d are supported", in.Size.Width, in.Size.Height, MaxSide)
	case in.ColorMode != "" && in.ColorMode != "rgb" && in.ColorMode != "bgr":
		return problem("inference_config.json has color_mode %.40q; rgb and bgr are supported", in.ColorMode)
	case in.ResizeMode != "" && in.ResizeMode != Stretch && in.ResizeMode != Letterbox && in.ResizeMode != CenterCrop:
		return problem("inference_config.json has resize_mode %.40q; stretch, letterbox and center-crop are supported", in.ResizeMode)
	case in.Channels != nil && *in.Channels != 3:
		return problem("inference_config.json has %d input channels; 3 are supported", *in.Channels)
	case in.Scaling != nil && *in.Scaling == 0:
		return problem("inference_config.json has a scaling_factor of 0")
	case in.Normalize != nil && !normalization(in.Normalize):
		return problem("inference_config.json has a normalization that is not three means and three deviations")
	}
	for _, o := range c.Classes {
		if o.Type != "class_name_removal" {
			return problem("inference_config.json has a class_names_operations of type %.40q; class_name_removal is supported", o.Type)
		}
	}
	return nil
}

func normalization(n [][]float32) bool {
	if len(n) != 2 || len(n[0]) != 3 || len(n[1]) != 3 {
		return false
	}
	return n[1][0] != 0 && n[1][1] != 0 && n[1][2] != 0
}
