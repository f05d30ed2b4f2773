package formatter

import (
	"context"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// newCosineSimilarity makes the block that compares two embeddings by the cosine of the angle
// between them. The result is 0 if one of them has length 0.
func newCosineSimilarity(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(_ context.Context, call *engine.Call) (engine.Result, error) {
		a, b := vector(call.Arg("embedding_1")), vector(call.Arg("embedding_2"))
		if a == nil || len(a) != len(b) {
			return engine.None(), engine.Failf(engine.QueryInput, "embedding_1 and embedding_2 must be lists of as many numbers")
		}
		var dot, lengthA, lengthB float64
		for i := range a {
			dot += a[i] * b[i]
			lengthA += a[i] * a[i]
			lengthB += b[i] * b[i]
		}
		similarity := 0.0
		if lengthA > 0 && lengthB > 0 {
			similarity = dot / (math.Sqrt(lengthA) * math.Sqrt(lengthB))
		}
		return engine.One(engine.Outputs{"similarity": similarity}), nil
	}), nil
}

// vector reads a list of numbers. It returns nil for anything else.
func vector(v any) []float64 {
	list, _ := v.([]any)
	out := make([]float64, len(list))
	for i, item := range list {
		n, ok := value.Float(item)
		if !ok {
			return nil
		}
		out[i] = n
	}
	if len(out) == 0 {
		return nil
	}
	return out
}
