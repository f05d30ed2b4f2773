package modelpackage

import (
	"strconv"
	"strings"
)

// skeletons recognises a model for key points.
func (r *recogniser) skeletons() error {
	three, four := r.ofRank(3), r.ofRank(4)
	if len(three) == 2 && len(four) == 1 {
		return r.slots(three, four[0])
	}
	if len(three) != 1 || len(r.outputs) > 1 {
		return r.unknown()
	}
	r.model.Boxes = three[0]
	r.model.Points, r.model.PointSize = pointShape(r.points)
	for _, k := range r.settings.Skeletons {
		for number := range k.Points {
			r.model.Points = max(r.model.Points, number+1)
		}
	}
	if r.model.Points == 0 {
		return problem("the output %s does not say how many key points an object has; pack %s and a %s in a zip", r.shapes(), WeightsFile, KeypointNames)
	}
	return r.rows(int64(r.model.Points * r.model.PointSize))
}

// pointShape reads "[17, 3]": the number of key points, and the numbers of each.
func pointShape(text string) (points, size int) {
	number, rest, _ := strings.Cut(strings.Trim(text, "[]() "), ",")
	points, _ = strconv.Atoi(strings.TrimSpace(number))
	size, _ = strconv.Atoi(strings.TrimSpace(rest))
	if points < 1 || points > MaxPoints {
		points = 0
	}
	if size != 2 {
		size = 3
	}
	return points, size
}

// QueryPointSize is the number of values of a key point in the layout RFDETR: x and y from 0
// to 1, the logits of being found and of being visible, the three numbers of the Cholesky
// factor of its precision matrix (the diagonal as logarithms), and a logit that nobody reads.
const QueryPointSize = 8

// slots recognises RF-DETR's key points: [B, queries, C x points, 8].
func (r *recogniser) slots(boxes []int, at int) error {
	n := r.outputs[at].Shape[2]
	if size := last(r.outputs[at].Shape); !r.pair(boxes) || size > 0 && size != QueryPointSize || n == 0 {
		return r.unknown()
	}
	r.model.Keypoints, r.model.PointSize = at, 3
	if classes := last(r.outputs[r.model.Scores].Shape); n > 0 && classes > 0 {
		if n%classes != 0 || n/classes > MaxPoints {
			return r.unknown()
		}
		r.model.Points = int(n / classes)
	}
	return r.choose(RFDETR)
}
