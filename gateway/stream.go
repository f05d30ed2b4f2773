package gateway

import (
	"context"
	"net/http"

	"google.golang.org/grpc/status"

	"github.com/keyhole-dev/keyhole/gateway/reply"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

type streamFailure struct{}

// streamWriter makes a stream that is refused before its first line an error like
// any other: with the status, the headers and the body of one. grpc-gateway would
// derive the status from the code alone and wrap the body as it wraps a line.
type streamWriter struct {
	http.ResponseWriter
	failure error
	refused bool
}

// Unwrap lets http.ResponseController flush.
func (w *streamWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader sends the header, and of a refusal everything.
func (w *streamWriter) WriteHeader(code int) {
	if w.failure == nil || w.refused {
		w.ResponseWriter.WriteHeader(code)
		return
	}
	w.refused = true
	reply.Error(w.ResponseWriter, w.failure)
}

// Write sends lines. What comes after a refusal is the refusal as a line.
func (w *streamWriter) Write(p []byte) (int, error) {
	if w.refused {
		return len(p), nil
	}
	return w.ResponseWriter.Write(p)
}

// withStream makes handleStreamError able to tell the writer.
func withStream(w http.ResponseWriter, r *http.Request) (http.ResponseWriter, *http.Request) {
	w.Header().Set("X-Accel-Buffering", "no") // a proxy that buffers would hide progress
	sw := &streamWriter{ResponseWriter: w}
	return sw, r.WithContext(context.WithValue(r.Context(), streamFailure{}, sw))
}

// handleStreamError makes the last line of a stream that failed, and tells the writer
// in case that there was none before.
func handleStreamError(ctx context.Context, err error) *status.Status {
	code := reply.HTTPStatus(err)
	if sw, ok := ctx.Value(streamFailure{}).(*streamWriter); ok {
		sw.failure = err
		reply.Blame(sw, code, err)
	}
	if code >= http.StatusInternalServerError {
		return errs.WithRequestID(errs.Status(err), caller.RequestID(ctx))
	}
	return errs.Status(err)
}
