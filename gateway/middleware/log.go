package middleware

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/caller"

	"github.com/keyhole-dev/keyhole/services/kit/durations"
)

// withLog counts each request and writes its one log line, without any payload.
func withLog(next http.Handler, log *slog.Logger, counts *durations.Histogram[outcome]) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, seen := time.Now(), &seenWriter{ResponseWriter: w}
		next.ServeHTTP(seen, r)
		ctx, route := r.Context(), Route(r.URL.Path)
		counts.Record(ctx, outcome{known(r.Method), route, seen.code()}, start)
		level, attrs := slog.LevelInfo, []slog.Attr{
			slog.String("method", r.Method), slog.String("route", route), slog.Int("status", seen.code()), slog.Int64("bytes", seen.bytes),
			slog.Float64("duration_ms", float64(time.Since(start).Microseconds())/1000), slog.String("request_id", caller.RequestID(ctx)),
		}
		if seen.fault != nil {
			level, attrs = levelOf(seen.code()), append(attrs, slog.String("error", seen.fault.Error()))
		}
		log.LogAttrs(ctx, level, "http request", attrs...)
	})
}

// levelOf returns the level of a fault. An unreachable service is a warning: it is soon
// back, or has its own alarm.
func levelOf(code int) slog.Level {
	if code == http.StatusServiceUnavailable {
		return slog.LevelWarn
	}
	return slog.LevelError
}

// seenWriter remembers the answer for the log line.
type seenWriter struct {
	http.ResponseWriter
	status int
	bytes  int64
	fault  error
}

// Fault keeps the cause of a 5xx for the log line. Package reply calls it.
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

// Write counts the bytes.
func (w *seenWriter) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// code returns the status; it is 200 if the handler set none.
func (w *seenWriter) code() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}
