package rpc

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// durations is the one metric of calls, by method and code, under the names that
// the instrumentation of traced calls gives it. Where no traces are exported it
// takes that one's place, which costs many times a call's log line.
type durations struct {
	histogram metric.Float64Histogram

	mu   sync.RWMutex
	seen map[outcome]metric.MeasurementOption
}

type outcome struct {
	method string
	code   codes.Code
}

// maxOutcomes bounds what is remembered; methods are those of the contract.
const maxOutcomes = 2000

// newDurations is nil where there is no meter.
func newDurations(meter metric.MeterProvider, name string) (*durations, error) {
	if meter == nil {
		return nil, nil //nolint:nilnil // nobody listens
	}
	h, err := meter.Meter("keyhole/rpc").Float64Histogram(name, metric.WithUnit("s"),
		metric.WithDescription("Duration of calls."),
		metric.WithExplicitBucketBoundaries(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10))
	if err != nil {
		return nil, fmt.Errorf("make metric %s: %w", name, err)
	}
	return &durations{histogram: h, seen: map[outcome]metric.MeasurementOption{}}, nil
}

func (d *durations) record(ctx context.Context, method string, c codes.Code, start time.Time) {
	if d == nil || strings.HasPrefix(method, "/grpc.") {
		return
	}
	d.histogram.Record(ctx, time.Since(start).Seconds(), d.labels(outcome{method, c}))
}

func (d *durations) labels(o outcome) metric.MeasurementOption {
	d.mu.RLock()
	labels, ok := d.seen[o]
	d.mu.RUnlock()
	if ok {
		return labels
	}
	labels = metric.WithAttributeSet(attribute.NewSet(
		attribute.String("rpc.system.name", "grpc"),
		attribute.String("rpc.method", strings.TrimPrefix(o.method, "/")),
		attribute.String("rpc.response.status_code", code.Code(o.code).String())))
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.seen) < maxOutcomes {
		d.seen[o] = labels
	}
	return labels
}

// unary measures a client's calls.
func (d *durations) unary(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	start := time.Now()
	err := invoke(ctx, method, req, reply, cc, opts...)
	d.record(ctx, method, status.Code(err), start)
	return err
}
