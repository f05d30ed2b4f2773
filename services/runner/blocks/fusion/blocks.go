package fusion

import "github.com/keyhole-dev/keyhole/services/runner/engine"

// Blocks lists the constructors of this package by block type.
func Blocks() engine.Registry {
	return engine.Registry{
		"roboflow_core/detections_consensus@v1":   newConsensus,
		"roboflow_core/detections_difference@v1":  newDifference,
		"roboflow_core/detections_list_rollup@v1": newRollUp,
	}
}
