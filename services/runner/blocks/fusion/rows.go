package fusion

import (
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// maxCompared bounds the detections of one picture that are compared with each other,
// because the work is quadratic.
const maxCompared = 10_000

func detections(field string, v any) (*value.Detections, error) {
	d, ok := v.(*value.Detections)
	if !ok {
		return nil, engine.Failf(engine.QueryInput, "%s must be detections", field)
	}
	return d, nil
}

// placement are the columns that say which picture a row is on.
var placement = []string{
	value.ColumnImageDimensions, value.ColumnParentID, value.ColumnParentCoordinates, value.ColumnParentDimensions,
	value.ColumnRootID, value.ColumnRootCoordinates, value.ColumnRootDimensions, value.ColumnScaleParent, value.ColumnScaleRoot,
}

// ids returns a column of new ids.
func ids(call *engine.Call, n int) []any {
	out := make([]any, n)
	for i := range out {
		out[i] = call.NewID()
	}
	return out
}

// aggregate returns the largest, the least or the mean of numbers.
func aggregate(mode string, numbers []float64) float64 {
	largest, least, sum := numbers[0], numbers[0], 0.0
	for _, n := range numbers {
		largest, least, sum = max(largest, n), min(least, n), sum+n
	}
	switch mode {
	case "max":
		return largest
	case "min":
		return least
	}
	return sum / float64(len(numbers))
}
