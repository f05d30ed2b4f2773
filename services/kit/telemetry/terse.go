package telemetry

import (
	"context"
	"fmt"
	"slices"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// terse exports spans without the texts of errors, because these are written for the caller
// and may quote the request. The status code stays, and the log has the reason under the
// same trace ID.
type terse struct{ sdktrace.SpanExporter }

// ExportSpans implements sdktrace.SpanExporter.
func (t terse) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	quiet := make([]sdktrace.ReadOnlySpan, len(spans))
	for i, s := range spans {
		quiet[i] = wordless{s}
	}
	if err := t.SpanExporter.ExportSpans(ctx, quiet); err != nil {
		return fmt.Errorf("export spans: %w", err)
	}
	return nil
}

type wordless struct{ sdktrace.ReadOnlySpan }

// Status implements sdktrace.ReadOnlySpan.
func (w wordless) Status() sdktrace.Status {
	return sdktrace.Status{Code: w.ReadOnlySpan.Status().Code}
}

// Events implements sdktrace.ReadOnlySpan.
func (w wordless) Events() []sdktrace.Event {
	events := slices.Clone(w.ReadOnlySpan.Events())
	for i := range events {
		events[i].Attributes = slices.DeleteFunc(slices.Clone(events[i].Attributes), func(a attribute.KeyValue) bool {
			return a.Key == "exception.message" || a.Key == "exception.stacktrace"
		})
	}
	return events
}
