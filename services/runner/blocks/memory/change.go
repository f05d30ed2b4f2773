package memory

import (
	"context"
	"math"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// habit has the average embedding, and the average similarity of embeddings to it.
type habit struct {
	samples               int
	embedding, similarity *average
}

// identifyChange reports how much an embedding differs from the average of the earlier ones,
// compared with how much they differed.
func identifyChange(ctx context.Context, call *engine.Call) (engine.Result, error) {
	threshold, err := argument.Number(call, "threshold_percentile", 0, 1)
	if err != nil {
		return engine.None(), err
	}
	warmup, err := argument.Whole(call, "warmup", 0, 1<<30)
	if err != nil {
		return engine.None(), err
	}
	share, err := argument.NumberOr(call, "smoothing_factor", 0.1, 0, 1)
	if err != nil {
		return engine.None(), err
	}
	size, err := argument.WholeOr(call, "window_size", 10, 1, maxWindow)
	if err != nil {
		return engine.None(), err
	}
	known := call.State("habit", func() any { return &habit{} }).(*habit)
	length := 0
	if known.embedding != nil {
		length = len(known.embedding.mean)
	}
	v, err := direction(call, length)
	if err != nil {
		return engine.None(), err
	}
	if known.samples < size { // a number takes as much memory as two pixels, and some are averages
		if err := value.Grow(ctx, 8*len(v), 1); err != nil {
			return engine.None(), err
		}
	}
	strategy := argument.Text(call, "strategy")
	z, percentile := known.compare(strategy, v, share, size)
	warming := known.samples < warmup
	outlier := !warming && (percentile <= threshold/2 || percentile >= 1-threshold/2)
	if known.embedding == nil {
		known.embedding = first(v)
	} else {
		known.embedding.follow(strategy, v, share, known.samples, size)
	}
	known.samples++
	return engine.One(engine.Outputs{
		"is_outlier": outlier, "percentile": percentile, "z_score": z, "warming_up": warming,
		"average": numbers(known.embedding.mean), "std": roots(known.embedding.variance),
	}), nil
}

// compare returns how many standard deviations the similarity is from its average, and its
// percentile in a normal distribution.
func (h *habit) compare(strategy string, v []float64, share float64, size int) (z, percentile float64) {
	if h.embedding == nil {
		return 0, 0.5
	}
	dot, a, b := 0.0, 0.0, 0.0
	for i, n := range v {
		m := h.embedding.mean[i]
		dot, a, b = dot+n*m, a+n*n, b+m*m
	}
	similarity := []float64{0}
	if a > 0 && b > 0 {
		similarity[0] = dot / (math.Sqrt(a) * math.Sqrt(b))
	}
	if h.similarity == nil {
		h.similarity = first(similarity)
	} else {
		h.similarity.follow(strategy, similarity, share, h.samples, size)
	}
	deviation := math.Sqrt(max(h.similarity.variance[0], 0))
	if deviation == 0 {
		return 0, 0.5
	}
	z = (similarity[0] - h.similarity.mean[0]) / deviation
	return z, 1 - 0.5*(1+math.Erf(z/math.Sqrt2))
}
