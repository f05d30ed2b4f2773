package gateway

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/caller"
)

// withLog counts each request and writes its one line: the route, never the path;
// no payload.
func (g *Gateway) withLog(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, seen := time.Now(), &seenWriter{ResponseWriter: w}
		next.ServeHTTP(seen, r)
		ctx, where := r.Context(), route(r.URL.Path)
		g.durations.record(ctx, r.Method, where, seen.code(), start)
		level, attrs := slog.LevelInfo, []slog.Attr{
			slog.String("method", r.Method), slog.String("route", where), slog.Int("status", seen.code()), slog.Int64("bytes", seen.bytes),
			slog.Float64("duration_ms", float64(time.Since(start).Microseconds())/1000), slog.String("request_id", caller.RequestID(ctx)),
		}
		if seen.fault != nil {
			level, attrs = levelOf(seen.code()), append(attrs, slog.String("error", seen.fault.Error()))
		}
		g.log.LogAttrs(ctx, level, "http request", attrs...)
	})
}

// levelOf a fault: what is away is soon back, or has an alarm of its own.
func levelOf(code int) slog.Level {
	if code == http.StatusServiceUnavailable {
		return slog.LevelWarn
	}
	return slog.LevelError
}

// seenWriter remembers what was answered.
type seenWriter struct {
	http.ResponseWriter
	status int
	bytes  int64
	fault  error
}

// Fault keeps the cause of a 5xx for the line.
func (w *seenWriter) Fault(err error) { w.fault = err }

// Unwrap lets http.ResponseController reach the connection.
func (w *seenWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Flush implements http.Flusher, which streams ask for.
func (w *seenWriter) Flush() {
	if f, ok := w.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

// WriteHeader remembers the first final status.
func (w *seenWriter) WriteHeader(code int) {
	if w.status == 0 && code >= http.StatusOK {
		w.status = code
	}
	w.ResponseWriter.WriteHeader(code)
}

// Write counts.
func (w *seenWriter) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// code is 200 where none was said, as it is on the wire.
func (w *seenWriter) code() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}
