package middleware

import (
	"log/slog"
	"net/http"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

// Options of the chain. Logger is required.
type Options struct {
	// AllowOrigins are the origins that browsers may call from; empty means all.
	AllowOrigins []string
	// HSTS is how long a browser that came over HTTPS uses only HTTPS; 0 means that it is not
	// asked to. PublicHTTPS reports for which requests it is asked.
	HSTS        time.Duration
	PublicHTTPS func(*http.Request) bool
	Logger      *slog.Logger
	// Tracer and Meter may be nil; then there are no traces or no metrics.
	Tracer trace.TracerProvider
	Meter  metric.MeterProvider
}

// Chain wraps a handler. The order below is from the inside out. The telemetry sees the
// request without its path and query, because both can hold a secret.
func Chain(h http.Handler, o Options) (http.Handler, error) {
	metrics, err := newMetrics(o.Tracer != nil, o.Meter)
	if err != nil {
		return nil, err
	}
	h = withCORS(h, o.AllowOrigins)
	h = withSecurityHeaders(h)
	h = withHSTS(h, o.HSTS, o.PublicHTTPS)
	h = withLog(h, o.Logger, metrics)
	h = withRequestID(h)
	if o.Tracer == nil {
		return cleaned(h), nil
	}
	return scrubbed(func(seen http.Handler) http.Handler {
		return otelhttp.NewHandler(seen, "gateway", telemetryOptions(o)...)
	}, h), nil
}

func telemetryOptions(o Options) []otelhttp.Option {
	opts := []otelhttp.Option{
		otelhttp.WithTracerProvider(o.Tracer),
		otelhttp.WithSpanNameFormatter(func(_ string, r *http.Request) string {
			return r.Method + " " + r.URL.Path // scrubbed: the path is the route
		}),
	}
	if o.Meter != nil {
		opts = append(opts, otelhttp.WithMeterProvider(o.Meter))
	}
	return opts
}
