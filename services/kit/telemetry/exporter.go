package telemetry

import (
	"cmp"
	"context"
	"fmt"
	"os"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// spanExporter returns the exporter that OpenTelemetry's environment variables configure,
// or nil. The package autoexport does the same, but links exporters of logs and metrics
// that no program here uses.
//
// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
func spanExporter(ctx context.Context) (sdktrace.SpanExporter, error) {
	exporter := os.Getenv("OTEL_TRACES_EXPORTER")
	if exporter == "" && (os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != "") {
		exporter = "otlp"
	}
	switch exporter {
	case "", "none":
		return nil, nil //nolint:nilnil // nothing is exported
	case "console":
		return stdouttrace.New()
	case "otlp":
		return otlpExporter(ctx)
	}
	return nil, fmt.Errorf("OTEL_TRACES_EXPORTER is %q: want otlp, console or none", exporter)
}

func otlpExporter(ctx context.Context) (sdktrace.SpanExporter, error) {
	switch protocol := cmp.Or(os.Getenv("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"), os.Getenv("OTEL_EXPORTER_OTLP_PROTOCOL"), "http/protobuf"); protocol {
	case "http/protobuf":
		return otlptracehttp.New(ctx)
	case "grpc":
		return otlptracegrpc.New(ctx)
	default:
		return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_PROTOCOL is %q: want http/protobuf or grpc", protocol)
	}
}
