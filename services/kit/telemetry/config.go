package telemetry

import (
	"io"
	"log/slog"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// Config configures telemetry. The zero value logs JSON at level info to standard
// error.
type Config struct {
	// Service names the program in traces and logs.
	Service string
	// LogLevel is the lowest level that is written.
	LogLevel slog.Level
	// LogFormat is "json" or "text"; empty is json.
	LogFormat string
	// Output gets the log; nil is standard error.
	Output io.Writer
	// Spans receives the spans one by one instead of the exporter of the environment, for
	// tests.
	Spans sdktrace.SpanExporter
}
