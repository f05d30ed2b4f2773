package gateway

import (
	"net/http"
	"time"

	"github.com/felixge/httpsnoop"

	"github.com/keyhole-dev/keyhole/services/kit/caller"
)

// withLog writes one line per request: the route, never the path; no payload.
func (g *Gateway) withLog(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := httpsnoop.CaptureMetrics(next, w, r)
		g.log.InfoContext(r.Context(), "http request",
			"method", r.Method, "route", route(r.URL.Path), "status", seen.Code, "bytes", seen.Written,
			"duration_ms", float64(seen.Duration)/float64(time.Millisecond), "request_id", caller.RequestID(r.Context()))
	})
}
