package models

import (
	"image"

	"github.com/keyhole-dev/keyhole/services/modelpackage"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/raster"
)

// partSettings are the settings that say which part of a picture a model looks at. A reader of
// text looks at all of it.
func (j *job) partSettings() *modelpackage.Config {
	if j.task == TextRecognition {
		return nil
	}
	return j.pkg.Config
}

// adjusted applies the pre-processing of the package to a picture: a static crop, grey, or
// more contrast.
func adjusted(pixels image.Image, c *modelpackage.Config) image.Image {
	if c == nil {
		return pixels
	}
	pre := &c.PreProcessing
	if size := pixels.Bounds().Size(); pre.StaticCrop.Enabled {
		pixels = imaging.Crop(pixels, partOf(c, size.X, size.Y))
	}
	if pre.Grayscale.Enabled {
		pixels = raster.Gray(pixels).Image()
	}
	if pre.Contrast.Enabled {
		pixels, _ = raster.Contrast(pixels, pre.Contrast.Type) // Config.check knows the methods
	}
	return pixels
}

// partOf returns the part of a picture that the package uses: the whole picture or the static
// crop, at least one pixel.
func partOf(c *modelpackage.Config, w, h int) image.Rectangle {
	whole := image.Rect(0, 0, w, h)
	if c == nil || !c.PreProcessing.StaticCrop.Enabled {
		return whole
	}
	crop := &c.PreProcessing.StaticCrop
	at := func(percent float64, side int) int { return int(percent / 100 * float64(side)) }
	part := image.Rect(at(crop.XMin, w), at(crop.YMin, h), at(crop.XMax, w), at(crop.YMax, h))
	part.Max.X, part.Max.Y = max(part.Max.X, part.Min.X+1), max(part.Max.Y, part.Min.Y+1)
	if part = part.Intersect(whole); part.Empty() {
		return whole
	}
	return part
}
