package visualization

import (
	"sync"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

// Blocks lists the constructors of this package by block type.
func Blocks() engine.Registry {
	// The fonts are loaded when a definition first needs them, and shared.
	fonts := sync.OnceValues(func() (*imaging.Fonts, error) { return imaging.NewFonts("") })
	classification := func(engine.Step) (engine.Block, error) { return newClassification(fonts) }
	rich := func(engine.Step) (engine.Block, error) { return newRichLabel(fonts) }
	label := func(engine.Step) (engine.Block, error) { return newLabel(fonts) }
	return engine.Registry{
		"roboflow_core/background_color_visualization@v1":     newBackground,
		"roboflow_core/blur_visualization@v1":                 each(drawBlur),
		"roboflow_core/bounding_box_visualization@v1":         newBoundingBox,
		"roboflow_core/circle_visualization@v1":               each(drawCircle),
		"roboflow_core/classification_label_visualization@v1": classification,
		"roboflow_core/color_visualization@v1":                newColor,
		"roboflow_core/corner_visualization@v1":               each(drawCorners),
		"roboflow_core/crop_visualization@v1":                 newCrop,
		"roboflow_core/dot_visualization@v1":                  each(drawDot),
		"roboflow_core/ellipse_visualization@v1":              each(drawEllipse),
		"roboflow_core/halo_visualization@v1":                 newHalo,
		"roboflow_core/halo_visualization@v2":                 newHalo,
		"roboflow_core/heatmap_visualization@v1":              newHeatmap,
		"roboflow_core/label_visualization@v1":                label,
		"roboflow_core/label_visualization@v2":                label,
		"roboflow_core/mask_visualization@v1":                 newColor,
		"roboflow_core/model_comparison_visualization@v1":     newComparison,
		"roboflow_core/pixelate_visualization@v1":             each(drawPixels),
		"roboflow_core/polygon_visualization@v1":              each(drawPolygon),
		"roboflow_core/polygon_visualization@v2":              each(drawPolygon),
		"roboflow_core/rich_label_visualization@v1":           rich,
		"roboflow_core/trace_visualization@v1":                newTrace,
		"roboflow_core/triangle_visualization@v1":             each(drawTriangle),
	}
}
