package rpc

import (
	"context"
	"strings"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/otel/metric"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/stats"
)

// telemetryOptions names the method and the code in spans and metrics. Only the trace is
// passed on to the next service: baggage is not, because a client could fill it.
func telemetryOptions(tracer trace.TracerProvider, meter metric.MeterProvider) []otelgrpc.Option {
	if meter == nil {
		meter = metricnoop.NewMeterProvider()
	}
	return []otelgrpc.Option{
		otelgrpc.WithTracerProvider(tracer), otelgrpc.WithMeterProvider(meter),
		otelgrpc.WithPropagators(propagation.TraceContext{}),
		otelgrpc.WithFilter(func(i *stats.RPCTagInfo) bool { return !strings.HasPrefix(i.FullMethodName, "/grpc.") }),
	}
}

// serverTelemetry returns nil if no traces are exported, because spans cost several
// microseconds per call. Package durations then records the metrics.
func serverTelemetry(cfg ServerConfig) stats.Handler {
	if cfg.Tracer == nil {
		return nil
	}
	opts := telemetryOptions(cfg.Tracer, cfg.Meter)
	if cfg.Endpoint == Public {
		// A stranger's trace is linked and not continued. Otherwise a stranger could join
		// our spans to any trace and decide what is sampled.
		opts = append(opts, otelgrpc.WithPublicEndpointFn(func(ctx context.Context, _ *stats.RPCTagInfo) bool {
			return !isPeer(ctx)
		}))
	}
	return otelgrpc.NewServerHandler(opts...)
}

func clientTelemetry(tracer trace.TracerProvider, meter metric.MeterProvider) stats.Handler {
	if tracer == nil {
		return nil
	}
	return otelgrpc.NewClientHandler(telemetryOptions(tracer, meter)...)
}

// durationsOf returns the metrics of a server or client without traces. They are empty if
// otelgrpc records the metrics.
func durationsOf(tracer trace.TracerProvider, meter metric.MeterProvider, name string) (callDurations, error) {
	if tracer != nil {
		return callDurations{}, nil // otelgrpc records them
	}
	return newDurations(meter, name)
}
