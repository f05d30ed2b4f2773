package gateway

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// durations is the one metric of requests, by method, route and status, under the
// names that the instrumentation of traced requests gives it. Where no traces are
// exported it takes that one's place, which costs as much as all else here.
type durations struct {
	histogram metric.Float64Histogram

	mu   sync.RWMutex
	seen map[outcome]metric.MeasurementOption
}

type outcome struct {
	method, route string
	status        int
}

// maxOutcomes bounds what is remembered; routes hold nothing that a caller chose.
const maxOutcomes = 2000

// newDurations is nil where there is nothing to do.
func newDurations(deps Deps) (*durations, error) {
	if deps.Meter == nil || deps.Tracer != nil {
		return nil, nil //nolint:nilnil // nobody listens, or the traces' instrumentation has it
	}
	h, err := deps.Meter.Meter("keyhole/gateway").Float64Histogram("http.server.request.duration", metric.WithUnit("s"),
		metric.WithDescription("Duration of HTTP requests."),
		metric.WithExplicitBucketBoundaries(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10))
	if err != nil {
		return nil, fmt.Errorf("make metric of requests: %w", err)
	}
	return &durations{histogram: h, seen: map[outcome]metric.MeasurementOption{}}, nil
}

func (d *durations) record(ctx context.Context, method, route string, status int, start time.Time) {
	if d == nil {
		return
	}
	d.histogram.Record(ctx, time.Since(start).Seconds(), d.labels(outcome{known(method), route, status}))
}

// known keeps a client from choosing a label.
func known(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "_OTHER"
}

func (d *durations) labels(o outcome) metric.MeasurementOption {
	d.mu.RLock()
	labels, ok := d.seen[o]
	d.mu.RUnlock()
	if ok {
		return labels
	}
	labels = metric.WithAttributeSet(attribute.NewSet(attribute.String("http.request.method", o.method),
		attribute.String("http.route", o.route), attribute.Int("http.response.status_code", o.status)))
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.seen) < maxOutcomes {
		d.seen[o] = labels
	}
	return labels
}
