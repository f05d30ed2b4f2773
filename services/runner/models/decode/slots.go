package decode

import (
	"math"

	"github.com/keyhole-dev/keyhole/services/modelpackage"
)

const (
	// spread is the exponent that the certainty of the points has in a score.
	spread = -0.2
	// leastWeight keeps a mean defined when no point is found.
	leastWeight = 1e-12
)

// slots decodes RF-DETR's key points. Each query has a slot of points for each class.
func (d *decoder) slots() (*Found, error) {
	q, err := d.pairs()
	if err != nil {
		return nil, err
	}
	queries, out := q.count(), d.out(d.model.Keypoints)
	data, shape, ok := part(out, 4, d.i, d.n)
	if !ok || queries*q.classes > maxPairs || shape[0] != queries || shape[1]%q.classes != 0 || shape[1]/q.classes > modelpackage.MaxPoints || shape[2] != modelpackage.QueryPointSize {
		return nil, undeclared(d.model, out)
	}
	size := shape[1] / q.classes * modelpackage.QueryPointSize
	found := &Found{values: func(b Box) []float32 { return q.points(data[b.row*size : (b.row+1)*size]) }}
	for i := range queries {
		for c, v := range q.row(i) {
			pair := i*q.classes + c
			score := fused(sigmoid(v), data[pair*size:(pair+1)*size])
			if score > d.threshold {
				b := q.box(i, c, score)
				b.row = pair
				found.Boxes = append(found.Boxes, b)
			}
		}
	}
	found.Boxes = best(found.Boxes, queries)
	return found, nil
}

// fused is the score of an object and its points: s/(1+s), where s is the object's score
// divided by the fifth root of the expected squared error of its points. The error of a point
// is the trace of its covariance, the inverse of L times its transpose; a point weighs as much
// as it is likely to be found.
func fused(score float32, slot []float32) float32 {
	var sum, weights float64
	for ; len(slot) > 0; slot = slot[modelpackage.QueryPointSize:] {
		a, b, c := float64(slot[4]), float64(slot[5]), float64(slot[6])
		weight := max(float64(sigmoid(slot[2])), leastWeight)
		sum += weight * (math.Exp(-2*a) + math.Exp(-2*c) + b*b*math.Exp(-2*(a+c)))
		weights += weight
	}
	s := float64(score) * math.Pow(sum/weights, spread)
	return float32(s / (1 + s))
}

// points are x and y in pixels of the input, and the confidence, of each point of a slot.
func (q queryBoxes) points(slot []float32) []float32 {
	var values []float32
	for ; len(slot) > 0; slot = slot[modelpackage.QueryPointSize:] {
		values = append(values, slot[0]*q.width, slot[1]*q.height, sigmoid(slot[2]))
	}
	return values
}
