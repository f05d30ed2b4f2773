package picture

import "github.com/keyhole-dev/keyhole/services/runner/engine"

// Blocks lists the constructors of this package by block type.
func Blocks() engine.Registry {
	return engine.Registry{
		"roboflow_core/absolute_static_crop@v1":  newAbsoluteCrop,
		"roboflow_core/image_slicer@v1":          newSlicer,
		"roboflow_core/image_slicer@v2":          newShiftedSlicer,
		"roboflow_core/relative_statoic_crop@v1": newRelativeCrop,
	}
}
