package decode

import (
	"math"

	"github.com/keyhole-dev/keyhole/services/modelpackage"
	"github.com/keyhole-dev/keyhole/services/modelworker"
)

// Scores returns the probability of each class for picture i of n.
func Scores(m *modelpackage.Model, outputs []modelworker.Output, i, n int) ([]float32, error) {
	d := &decoder{model: m, outputs: outputs}
	out := d.out(m.Scores)
	shape := out.Shape
	if len(shape) == 4 && shape[2] == 1 && shape[3] == 1 {
		out.Shape = shape[:2]
	}
	data, dims, ok := part(out, 2, i, n)
	if !ok || dims[0] > modelpackage.MaxClasses {
		return nil, undeclared(m, out)
	}
	scores := append([]float32(nil), data...)
	switch {
	case m.Layout == modelpackage.Probabilities, m.Layout == modelpackage.Scores && sumsToOne(scores):
		for c, v := range scores {
			scores[c] = probability(v)
		}
	case m.Task == modelpackage.MultiLabel:
		for c, v := range scores {
			scores[c] = probability(sigmoid(v))
		}
	default:
		scores = Softmax(scores)
	}
	return scores, nil
}

// probability clamps a number to the range 0 to 1; NaN is 0.
func probability(v float32) float32 {
	if !(v > 0) {
		return 0
	}
	return min(v, 1)
}

// sumsToOne reports whether scores look like the result of a softmax.
func sumsToOne(scores []float32) bool {
	sum := 0.0
	for _, v := range scores {
		if !(v >= 0 && v <= 1.001) {
			return false
		}
		sum += float64(v)
	}
	return math.Abs(sum-1) < 1e-3
}

// Softmax returns the probabilities of logits. A logit that is not finite has probability 0,
// except for a positive infinity, which counts as a very large number.
func Softmax(logits []float32) []float32 {
	most := math.Inf(-1)
	for _, v := range logits {
		if f := clampLogit(v); f > most {
			most = f
		}
	}
	out := make([]float32, len(logits))
	sum := 0.0
	for i, v := range logits {
		if f := math.Exp(clampLogit(v) - most); f > 0 {
			out[i] = float32(f)
			sum += f
		}
	}
	for i := range out {
		if sum > 0 {
			out[i] = float32(float64(out[i]) / sum)
		}
	}
	return out
}

// clampLogit keeps NaN and infinities out of sums.
func clampLogit(v float32) float64 {
	if v != v {
		return math.Inf(-1)
	}
	return math.Min(float64(v), maxScore)
}
