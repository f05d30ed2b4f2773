package memory

import (
	"context"
	"math"
	"slices"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Bounds of embeddings and of the windows that keep them.
const (
	maxNumbers = 16_384
	maxWindow  = 1000
)

// direction returns an embedding with the length 1.
func direction(call *engine.Call, size int) ([]float64, error) {
	list, _ := call.Arg("embedding").([]any)
	if len(list) == 0 || len(list) > maxNumbers || size > 0 && len(list) != size {
		return nil, noEmbedding()
	}
	out, square := make([]float64, len(list)), 0.0
	for i, v := range list {
		n, ok := value.Float(v)
		if !ok || math.IsNaN(n) || math.IsInf(n, 0) {
			return nil, noEmbedding()
		}
		out[i], square = n, square+n*n
	}
	if length := math.Sqrt(square); length > 0 && !math.IsInf(length, 0) {
		for i := range out {
			out[i] /= length
		}
	}
	return out, nil
}

func noEmbedding() error {
	return engine.Failf(engine.QueryInput, "embedding must be a list of 1 to %d numbers, as many in each frame", maxNumbers)
}

// window has the last embeddings.
type window struct {
	samples int
	last    [][]float64
}

// identifyOutlier reports how usual an embedding is among the last ones: the share of them
// that are farther from their mean direction.
func identifyOutlier(ctx context.Context, call *engine.Call) (engine.Result, error) {
	threshold, err := argument.Number(call, "threshold_percentile", 0, 1)
	if err != nil {
		return engine.None(), err
	}
	warmup, err := argument.Whole(call, "warmup", 0, 1<<30)
	if err != nil {
		return engine.None(), err
	}
	size, err := argument.WholeOr(call, "window_size", 32, 1, maxWindow)
	if err != nil {
		return engine.None(), err
	}
	known := call.State("window", func() any { return &window{} }).(*window)
	if err := known.add(ctx, call, size); err != nil {
		return engine.None(), err
	}
	if known.samples < warmup {
		return engine.One(engine.Outputs{"is_outlier": false, "percentile": 0.5, "warming_up": true}), nil
	}
	percentile := known.percentile()
	return engine.One(engine.Outputs{
		"is_outlier": percentile < threshold || percentile > 1-threshold, "percentile": percentile, "warming_up": false,
	}), nil
}

func (w *window) add(ctx context.Context, call *engine.Call, size int) error {
	length := 0
	if len(w.last) > 0 {
		length = len(w.last[0])
	}
	v, err := direction(call, length)
	if err != nil {
		return err
	}
	if len(w.last) < size { // a number takes as much memory as two pixels
		if err := value.Grow(ctx, 2*len(v), 1); err != nil {
			return err
		}
	}
	w.samples++
	if w.last = append(w.last, v); len(w.last) > size {
		w.last = w.last[len(w.last)-size:]
	}
	return nil
}

// percentile returns the share of the embeddings that are farther from the mean direction
// than the newest.
func (w *window) percentile() float64 {
	newest := w.last[len(w.last)-1]
	mean, length := make([]float64, len(newest)), 0.0
	for _, v := range w.last {
		for i, n := range v {
			mean[i] += n
		}
	}
	for _, n := range mean {
		length += n * n
	}
	if length == 0 || len(w.last) < 2 {
		mean = newest
	}
	closeness := func(v []float64) (sum float64) {
		for i, n := range v {
			sum += n * mean[i]
		}
		return sum
	}
	own, farther := closeness(newest), 0
	for _, v := range w.last {
		if closeness(v) < own {
			farther++
		}
	}
	return float64(farther) / float64(len(w.last))
}

// average is the mean and the deviation of a sequence of vectors. A number is a vector of
// length one.
type average struct {
	mean, variance, squares []float64
	last                    [][]float64 // of a sliding window
}

// follow adds a vector by the strategy of the step. before is the number of vectors so far.
func (a *average) follow(strategy string, v []float64, share float64, before, size int) {
	if strategy == "Sliding Window" {
		if a.last = append(a.last, v); len(a.last) > size {
			a.last = a.last[len(a.last)-size:]
		}
		a.mean, a.variance = spread(a.last)
		return
	}
	mean, variance := slices.Clone(a.mean), slices.Clone(a.variance)
	n := float64(before + 1)
	for i, x := range v {
		if strategy == "Simple Moving Average (SMA)" {
			mean[i] += (x - a.mean[i]) / n
			a.squares[i] += (x - a.mean[i]) * (x - mean[i])
			variance[i] = a.squares[i] / (n - 1)
			continue
		}
		mean[i] = (1-share)*a.mean[i] + share*x
		variance[i] = (1-share)*a.variance[i] + share*(x-mean[i])*(x-mean[i])
	}
	a.mean, a.variance = mean, variance
}

func spread(all [][]float64) (mean, variance []float64) {
	mean, variance = make([]float64, len(all[0])), make([]float64, len(all[0]))
	for _, v := range all {
		for i, x := range v {
			mean[i] += x / float64(len(all))
		}
	}
	for _, v := range all {
		for i, x := range v {
			variance[i] += (x - mean[i]) * (x - mean[i]) / float64(len(all))
		}
	}
	return mean, variance
}

func first(v []float64) *average {
	return &average{mean: v, variance: make([]float64, len(v)), squares: make([]float64, len(v))}
}

func roots(v []float64) []any {
	out := make([]any, len(v))
	for i, n := range v {
		out[i] = math.Sqrt(max(n, 0))
	}
	return out
}

func numbers(v []float64) []any {
	out := make([]any, len(v))
	for i, n := range v {
		out[i] = n
	}
	return out
}
