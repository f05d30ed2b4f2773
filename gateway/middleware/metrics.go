package middleware

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// metrics counts requests by method, route and status, under the names that otelhttp
// uses. It replaces otelhttp if no traces are exported, because otelhttp costs as much
// as the rest of the chain.
type metrics struct {
	histogram metric.Float64Histogram

	mu   sync.RWMutex
	seen map[outcome]metric.MeasurementOption
}

type outcome struct {
	method, route string
	status        int
}

// maxOutcomes bounds the remembered label sets. Routes and methods hold nothing that a
// caller chose, so there are fewer.
const maxOutcomes = 2000

// newMetrics returns nil if there is no meter, or if otelhttp measures.
func newMetrics(o Options) (*metrics, error) {
	if o.Meter == nil || o.Tracer != nil {
		return nil, nil //nolint:nilnil // record does nothing on nil
	}
	h, err := o.Meter.Meter("keyhole/gateway").Float64Histogram("http.server.request.duration", metric.WithUnit("s"),
		metric.WithDescription("Duration of HTTP requests."),
		metric.WithExplicitBucketBoundaries(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10))
	if err != nil {
		return nil, fmt.Errorf("create request metric: %w", err)
	}
	return &metrics{histogram: h, seen: map[outcome]metric.MeasurementOption{}}, nil
}

func (m *metrics) record(ctx context.Context, method, route string, status int, start time.Time) {
	if m == nil {
		return
	}
	m.histogram.Record(ctx, time.Since(start).Seconds(), m.labels(outcome{known(method), route, status}))
}

// known maps unknown methods to one label, so that a client cannot choose labels.
func known(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "_OTHER"
}

func (m *metrics) labels(o outcome) metric.MeasurementOption {
	m.mu.RLock()
	labels, ok := m.seen[o]
	m.mu.RUnlock()
	if ok {
		return labels
	}
	labels = metric.WithAttributeSet(attribute.NewSet(attribute.String("http.request.method", o.method),
		attribute.String("http.route", o.route), attribute.Int("http.response.status_code", o.status)))
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.seen) < maxOutcomes {
		m.seen[o] = labels
	}
	return labels
}
