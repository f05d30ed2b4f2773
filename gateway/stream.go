package gateway

import (
	"context"
	"net/http"

	"google.golang.org/grpc/status"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// StreamContentType names the type of a stream's lines.
func (m *marshaler) StreamContentType(any) string { return "application/x-ndjson" }

type streamFailure struct{}

// streamWriter corrects the HTTP status of a stream that is refused before its
// first line: grpc-gateway derives it from the code alone, and a budget is 402.
type streamWriter struct {
	http.ResponseWriter
	failure error
}

// Unwrap lets http.ResponseController flush.
func (w *streamWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader sends the header.
func (w *streamWriter) WriteHeader(code int) {
	if w.failure != nil {
		code = httpStatus(w.failure)
	}
	w.ResponseWriter.WriteHeader(code)
}

// withStream makes handleStreamError able to tell the writer.
func withStream(w http.ResponseWriter, r *http.Request) (http.ResponseWriter, *http.Request) {
	w.Header().Set("X-Accel-Buffering", "no") // a proxy that buffers would hide progress
	sw := &streamWriter{ResponseWriter: w}
	return sw, r.WithContext(context.WithValue(r.Context(), streamFailure{}, sw))
}

// handleStreamError makes the last line of a stream that failed.
func handleStreamError(ctx context.Context, err error) *status.Status {
	if sw, ok := ctx.Value(streamFailure{}).(*streamWriter); ok {
		sw.failure = err
	}
	return errs.Status(err)
}
