// Package raster has the operations on pixels that blocks need: filters, morphology,
// thresholds, resizing and rotation.
//
// Every operation works on one [Plane], a channel of a picture, so that it holds two
// channels at most. Borders, rounding and sizes are those of OpenCV, which the language's
// reference uses. Callers bound the work first; see [Taps].
package raster
