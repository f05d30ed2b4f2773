package detection

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// newStitchWords makes the second version of the block that joins detected characters and
// words to a text. It can also tell words from gaps, and follow crooked lines.
func newStitchWords(step engine.Step) (engine.Block, error) {
	algorithm, _ := step.Fields["stitching_algorithm"].(string)
	direction, _ := step.Fields["reading_direction"].(string)
	return engine.BlockFunc(func(_ context.Context, call *engine.Call) (engine.Result, error) {
		predictions := call.Batch("predictions")
		results := make([]engine.Result, predictions.Len())
		for i := range results {
			d, err := detections("predictions", predictions.Values[i])
			if err != nil {
				return engine.None(), err
			}
			if d.Len() > maxStitched {
				return engine.None(), engine.Failf(engine.QueryInput, "there are %d detections; at most %d can be put in order", d.Len(), maxStitched)
			}
			text, err := newReading(call, d, direction).text(algorithm)
			if err != nil {
				return engine.None(), err
			}
			results[i] = engine.One(engine.Outputs{"ocr_text": text})
		}
		return engine.Many(results), nil
	}), nil
}

// text joins the pieces with one of the three algorithms.
func (r *reading) text(algorithm string) (string, error) {
	multiplier, _ := value.Float(r.call.Arg("otsu_threshold_multiplier"))
	skew, _ := value.Float(r.call.Arg("collimate_tolerance"))
	tolerance, _ := value.Float(r.call.Arg("tolerance"))
	switch {
	case len(r.pieces) == 0:
		return "", nil
	case algorithm == "otsu":
		return r.joined(r.spaced(r.rows(), multiplier)), nil
	case algorithm == "collimate":
		return r.joined(r.plain(r.followed(skew))), nil
	case tolerance <= 0:
		return "", engine.Failf(engine.QueryInput, "tolerance must be above 0")
	}
	// in this algorithm the delimiter is also written around line breaks
	return strings.Join(r.plain(r.buckets(tolerance)), r.delimiter+r.separator()+r.delimiter), nil
}

// buckets puts pieces into lines whose heights are multiples of the tolerance.
func (r *reading) buckets(tolerance float64) [][]piece {
	height := func(line []piece) float64 { return math.RoundToEven(line[0].top / tolerance) }
	at := map[float64]int{}
	var lines [][]piece
	for _, p := range r.pieces {
		key := height([]piece{p})
		if _, seen := at[key]; !seen {
			at[key] = len(lines)
			lines = append(lines, nil)
		}
		lines[at[key]] = append(lines[at[key]], p)
	}
	for _, line := range lines {
		slices.SortStableFunc(line, func(a, b piece) int { return cmp.Compare(a.start, b.start) })
	}
	return r.ordered(lines, height)
}

// followed builds lines that may be crooked: each piece continues the line whose last piece
// is at about the same height.
func (r *reading) followed(tolerance float64) [][]piece {
	left := slices.Clone(r.pieces)
	slices.SortStableFunc(left, func(a, b piece) int { return cmp.Compare(a.along, b.along) })
	var lines [][]piece
	for len(left) > 0 {
		line := []piece{left[0]}
		left = left[1:]
		for joined := true; joined; {
			var rest []piece
			for _, p := range left {
				last := line[len(line)-1]
				if last.along <= p.along && math.Abs(last.across-p.across) < max(last.height, p.height)/2+tolerance {
					line = append(line, p)
				} else {
					rest = append(rest, p)
				}
			}
			joined = len(rest) < len(left)
			left = rest
		}
		lines = append(lines, line)
	}
	return r.ordered(lines, middle)
}
