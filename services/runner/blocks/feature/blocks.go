package feature

import "github.com/keyhole-dev/keyhole/services/runner/engine"

// Blocks lists the constructors of this package by block type.
func Blocks() engine.Registry {
	return engine.Registry{
		"roboflow_core/sift@v1":            newSIFT,
		"roboflow_core/sift_comparison@v1": newComparison,
		"roboflow_core/sift_comparison@v2": newPictureComparison,
		"roboflow_core/stitch_images@v1":   newStitch,
	}
}
