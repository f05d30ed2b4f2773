package pixel

import "github.com/keyhole-dev/keyhole/services/runner/engine"

// Blocks lists the constructors of this package by block type.
func Blocks() engine.Registry {
	return engine.Registry{
		"roboflow_core/contrast_enhancement@v1":         filter(enhance),
		"roboflow_core/convert_grayscale@v1":            filter(gray),
		"roboflow_core/dominant_color@v1":               newDominantColor,
		"roboflow_core/image_blur@v1":                   filter(blur),
		"roboflow_core/image_preprocessing@v1":          filter(preprocess),
		"roboflow_core/morphological_transformation@v1": filter(grayMorphology),
		"roboflow_core/morphological_transformation@v2": filter(colorMorphology),
		"roboflow_core/pixel_color_count@v1":            newColorCount,
		"roboflow_core/threshold@v1":                    filter(threshold),
	}
}
