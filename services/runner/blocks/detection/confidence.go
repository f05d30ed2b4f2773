package detection

import (
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// newClassConfidence makes the block that keeps the detections that reach the threshold of
// their class.
func newClassConfidence(engine.Step) (engine.Block, error) {
	return each(func(call *engine.Call, d *value.Detections) (*value.Detections, error) {
		thresholds, ok := call.Arg("class_thresholds").(map[string]any)
		if !ok {
			return nil, engine.Failf(engine.QueryInput, "class_thresholds must be an object of thresholds by class")
		}
		otherwise, _ := value.Float(call.Arg("default_threshold"))
		var rows []int
		for i, confidence := range d.Confidence {
			threshold := otherwise
			if own, given := thresholds[d.Class(i)]; given {
				if threshold, ok = value.Float(own); !ok {
					return nil, engine.Failf(engine.QueryInput, "class_thresholds.%s must be a number", d.Class(i))
				}
			}
			if confidence >= threshold {
				rows = append(rows, i)
			}
		}
		return d.Select(rows), nil
	}), nil
}
