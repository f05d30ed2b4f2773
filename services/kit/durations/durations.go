// Package durations measures how long calls take, as one OpenTelemetry histogram. It costs a
// fraction of the instrumentation of traces, which it replaces where no traces are exported.
// It knows no protocol: the caller says which outcomes there are and how each is labelled.
package durations

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// maxOutcomes bounds the remembered label sets. Callers take care that no outcome holds
// anything that a client chose, so there are fewer.
const maxOutcomes = 2000

// Histogram measures calls by outcome. The nil Histogram measures nothing.
type Histogram[K comparable] struct {
	histogram metric.Float64Histogram
	label     func(K) []attribute.KeyValue

	mu   sync.RWMutex                   // guards seen; nearly all calls only read
	seen map[K]metric.MeasurementOption // building a label set costs more than recording
}

// New creates the histogram, in seconds, with the boundaries of OpenTelemetry's semantic
// conventions (https://opentelemetry.io/docs/specs/semconv/http/http-metrics/). It returns
// nil if there is no meter.
func New[K comparable](meter metric.MeterProvider, scope, name, description string, label func(K) []attribute.KeyValue) (*Histogram[K], error) {
	if meter == nil {
		return nil, nil //nolint:nilnil // Record does nothing on nil
	}
	h, err := meter.Meter(scope).Float64Histogram(name, metric.WithUnit("s"), metric.WithDescription(description),
		metric.WithExplicitBucketBoundaries(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10))
	if err != nil {
		return nil, fmt.Errorf("create metric %s: %w", name, err)
	}
	return &Histogram[K]{histogram: h, label: label, seen: map[K]metric.MeasurementOption{}}, nil
}

// Record counts a call that began at start and has just ended with the outcome.
func (h *Histogram[K]) Record(ctx context.Context, outcome K, start time.Time) {
	if h != nil {
		h.histogram.Record(ctx, time.Since(start).Seconds(), h.labels(outcome))
	}
}

func (h *Histogram[K]) labels(outcome K) metric.MeasurementOption {
	h.mu.RLock()
	labels, ok := h.seen[outcome]
	h.mu.RUnlock()
	if ok {
		return labels
	}
	labels = metric.WithAttributeSet(attribute.NewSet(h.label(outcome)...))
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.seen) < maxOutcomes {
		h.seen[outcome] = labels
	}
	return labels
}
