package middleware

import (
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/keyhole-dev/keyhole/services/kit/durations"
)

// outcome has the labels under which a request is counted. Routes and methods contain
// nothing that a caller chose.
type outcome struct {
	method, route string
	status        int
}

// newMetrics counts requests by method, route and status, under the names that otelhttp
// uses. It returns nil if otelhttp measures, which it does where traces are exported.
func newMetrics(traced bool, meter metric.MeterProvider) (*durations.Histogram[outcome], error) {
	if traced {
		return nil, nil //nolint:nilnil // Record does nothing on nil
	}
	return durations.New(meter, "keyhole/gateway", "http.server.request.duration", "Duration of HTTP requests.", func(o outcome) []attribute.KeyValue {
		return []attribute.KeyValue{
			attribute.String("http.request.method", o.method),
			attribute.String("http.route", o.route), attribute.Int("http.response.status_code", o.status),
		}
	})
}

// known maps unknown methods to one label, so that a client cannot choose labels.
func known(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "_OTHER"
}
