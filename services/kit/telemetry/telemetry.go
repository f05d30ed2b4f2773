package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/attribute"
	otelprom "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Telemetry holds the logger, tracer and meter of a program. Close it.
type Telemetry struct {
	Logger *slog.Logger
	// Tracer is nil if no traces are exported.
	Tracer trace.TracerProvider
	Meter  metric.MeterProvider
	// Metrics serves the metrics to Prometheus, including those registered at Registerer.
	Metrics    http.Handler
	Registerer prometheus.Registerer

	traces  *sdktrace.TracerProvider
	metrics *sdkmetric.MeterProvider
}

// New makes the telemetry of a program.
func New(ctx context.Context, cfg Config) (*Telemetry, error) {
	logger, err := newLogger(cfg)
	if err != nil {
		return nil, err
	}
	t := &Telemetry{Logger: logger}
	about := resource.NewSchemaless(attribute.String("service.name", cfg.Service), attribute.String("service.version", Version))
	if err := t.startMetrics(about); err != nil {
		return nil, err
	}
	if err := t.startTraces(ctx, cfg, about); err != nil {
		return nil, errors.Join(err, t.Close(ctx))
	}
	return t, nil
}

// Version is the version of Keyhole, the newest in CHANGELOG.md.
const Version = "0.1.0"

// startMetrics keeps durations and drops message sizes, because the histograms of sizes
// would be most of the cost and nobody uses them.
func (t *Telemetry) startMetrics(about *resource.Resource) error {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	exporter, err := otelprom.New(otelprom.WithRegisterer(registry), otelprom.WithoutScopeInfo())
	if err != nil {
		return fmt.Errorf("make metrics exporter: %w", err)
	}
	t.metrics = sdkmetric.NewMeterProvider(
		sdkmetric.WithReader(exporter), sdkmetric.WithResource(about),
		sdkmetric.WithCardinalityLimit(2000), // labels never come from requests; this is a second bound
		sdkmetric.WithView(dropped("rpc.*.size"), dropped("rpc.*_per_rpc"), dropped("http.*.size")))
	t.Meter, t.Registerer = t.metrics, registry
	t.Metrics = promhttp.HandlerFor(registry, promhttp.HandlerOpts{Registry: registry})
	return nil
}

func dropped(name string) sdkmetric.View {
	return sdkmetric.NewView(sdkmetric.Instrument{Name: name}, sdkmetric.Stream{Aggregation: sdkmetric.AggregationDrop{}})
}

func (t *Telemetry) startTraces(ctx context.Context, cfg Config, about *resource.Resource) error {
	opts := []sdktrace.TracerProviderOption{sdktrace.WithResource(about)}
	if cfg.Spans != nil {
		opts = append(opts, sdktrace.WithSyncer(terse{cfg.Spans}))
	} else {
		exporter, err := spanExporter(ctx)
		if err != nil {
			return fmt.Errorf("make trace exporter: %w", err)
		}
		if exporter == nil {
			return nil
		}
		opts = append(opts, sdktrace.WithBatcher(terse{exporter}))
	}
	t.traces = sdktrace.NewTracerProvider(opts...)
	t.Tracer = t.traces
	return nil
}

// Close exports buffered spans.
func (t *Telemetry) Close(ctx context.Context) error {
	var err error
	if t.traces != nil {
		err = t.traces.Shutdown(ctx)
	}
	if err = errors.Join(err, t.metrics.Shutdown(ctx)); err != nil {
		return fmt.Errorf("close telemetry: %w", err)
	}
	return nil
}
