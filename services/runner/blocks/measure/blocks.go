package measure

import "github.com/keyhole-dev/keyhole/services/runner/engine"

// Blocks lists the constructors of this package by block type.
func Blocks() engine.Registry {
	return engine.Registry{
		"roboflow_core/detections_nearest_neighbor@v1": newNearest,
		"roboflow_core/distance_measurement@v1":        newDistance,
		"roboflow_core/dynamic_zone@v1":                newZone,
		"roboflow_core/geotag_detection@v1":            newGeotag,
		"roboflow_core/overlap@v1":                     newOverlap,
		"roboflow_core/overlap_analysis@v1":            newOverlapAnalysis,
		"roboflow_core/size_measurement@v1":            newSize,
	}
}
