package fusion

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// maxPairs bounds the pairs of detections that one comparison holds, 16 bytes each.
const maxPairs = 1_000_000

// newDifference makes the block that matches detections before and after a change, and
// reports which disappeared, stayed and appeared.
func newDifference(engine.Step) (engine.Block, error) {
	return engine.BlockFunc(func(_ context.Context, call *engine.Call) (engine.Result, error) {
		before, err := detections("reference_predictions", call.Arg("reference_predictions"))
		if err != nil {
			return engine.None(), err
		}
		after, err := detections("candidate_predictions", call.Arg("candidate_predictions"))
		if err != nil {
			return engine.None(), err
		}
		if before.Len()*after.Len() > maxPairs {
			return engine.None(), engine.Failf(engine.QueryInput, "%d and %d detections make more than %d pairs; filter them first",
				before.Len(), after.Len(), maxPairs)
		}
		kept, found := match(before, after, newPricing(call, before, after))
		removed, added := others(kept), others(found)
		least, _ := value.Int(call.Arg("min_removed_to_verify"))
		return engine.One(engine.Outputs{
			"removed_detections":   before.Select(removed),
			"persisted_detections": after.Select(those(found)),
			"new_detections":       after.Select(added),
			"removed_count":        int64(len(removed)),
			"new_count":            int64(len(added)),
			"verified":             before.Len() > 0 && int64(len(removed)) >= least,
		}), nil
	}), nil
}

// pricing determines the cost of a match, which grows with the difference between two
// detections.
type pricing struct {
	weight, penalty, reject float64
	strict, named           bool
}

func newPricing(call *engine.Call, before, after *value.Detections) pricing {
	var p pricing
	p.weight, _ = value.Float(call.Arg("spatial_weight"))
	p.penalty, _ = value.Float(call.Arg("class_mismatch_penalty"))
	p.reject, _ = value.Float(call.Arg("reject_cost"))
	p.strict = value.Truthy(call.Arg("class_strict"))
	p.named = before.Data[value.ColumnClass] != nil && after.Data[value.ColumnClass] != nil
	return p
}

// cost returns the cost of a match, and false if the two cannot match. Boxes that overlap
// cost 1 - IoU. Other boxes cost 1 plus their distance, as a share of the diagonal of the box
// around both.
func (p pricing) cost(a *value.Detections, i int, b *value.Detections, j int) (float64, bool) {
	spatial := 1 - a.XYXY[i].IoU(b.XYXY[j])
	if spatial >= 1 {
		spatial = 1 + distance(a.XYXY[i], b.XYXY[j])
	}
	cost := p.weight * spatial
	other := a.ClassID[i] != b.ClassID[j]
	if p.named {
		other = a.Class(i) != b.Class(j)
	}
	if other {
		cost += p.penalty
	}
	return cost, cost <= p.reject && !(other && p.strict)
}

func distance(a, b value.Box) float64 {
	around := a.Around(b)
	diagonal := math.Hypot(around.Width(), around.Height())
	if !(diagonal > 0) {
		return 0
	}
	ax, ay := a.Center()
	bx, by := b.Center()
	return math.Hypot(ax-bx, ay-by) / diagonal
}

type pair struct {
	cost float64
	i, j int32
}

// match repeatedly takes the cheapest pair. It reports which rows have a partner.
func match(before, after *value.Detections, p pricing) (kept, found []bool) {
	var pairs []pair
	for i := range before.Len() {
		for j := range after.Len() {
			if cost, ok := p.cost(before, i, after, j); ok {
				pairs = append(pairs, pair{cost, int32(i), int32(j)})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return cmp.Compare(a.cost, b.cost) })
	kept, found = make([]bool, before.Len()), make([]bool, after.Len())
	for _, pair := range pairs {
		if !kept[pair.i] && !found[pair.j] {
			kept[pair.i], found[pair.j] = true, true
		}
	}
	return kept, found
}

func those(marked []bool) []int {
	rows := []int{}
	for i, is := range marked {
		if is {
			rows = append(rows, i)
		}
	}
	return rows
}

func others(marked []bool) []int {
	rows := []int{}
	for i, is := range marked {
		if !is {
			rows = append(rows, i)
		}
	}
	return rows
}
