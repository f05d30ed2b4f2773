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

// telemetryOptions: spans and metrics name the method and the code, and the
// trace alone crosses a hop: no baggage, which a client could fill.
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

// serverTelemetry is nil where no traces are exported: it costs several
// microseconds a call. The metrics are then made by durations alone.
func serverTelemetry(cfg ServerConfig) stats.Handler {
	if cfg.Tracer == nil {
		return nil
	}
	opts := telemetryOptions(cfg.Tracer, cfg.Meter)
	if cfg.Face == Public {
		// A stranger's trace is linked to, not continued: it could join ours to
		// anyone's, and decide what is sampled.
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

// durationsOf are the metrics of a server or client without traces; nil where there
// is nothing to do.
func durationsOf(tracer trace.TracerProvider, meter metric.MeterProvider, name string) (callDurations, error) {
	if tracer != nil {
		return callDurations{}, nil // the traces' instrumentation has them
	}
	return newDurations(meter, name)
}
