package api

import (
	"context"
	"net/http"

	"google.golang.org/grpc/status"

	"github.com/keyhole-dev/keyhole/gateway/reply"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

type streamFailure struct{}

// streamWriter turns the refusal of a stream before its first line into an ordinary
// error answer. grpc-gateway would derive the status from the gRPC code only and wrap
// the body as a line.
type streamWriter struct {
	http.ResponseWriter
	failure error
	refused bool
}

// Unwrap lets http.ResponseController flush.
func (w *streamWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader sends the header. For a refusal it sends the whole answer.
func (w *streamWriter) WriteHeader(code int) {
	if w.failure == nil || w.refused {
		w.ResponseWriter.WriteHeader(code)
		return
	}
	w.refused = true
	reply.Error(w.ResponseWriter, w.failure)
}

// Write sends lines. After a refusal it drops the line that repeats it.
func (w *streamWriter) Write(p []byte) (int, error) {
	if w.refused {
		return len(p), nil
	}
	return w.ResponseWriter.Write(p)
}

// withStream puts the writer where handleStreamError finds it.
func withStream(w http.ResponseWriter, r *http.Request) (http.ResponseWriter, *http.Request) {
	w.Header().Set("X-Accel-Buffering", "no") // a proxy that buffers would hide progress
	sw := &streamWriter{ResponseWriter: w}
	return sw, r.WithContext(context.WithValue(r.Context(), streamFailure{}, sw))
}

// handleStreamError makes the last line of a failed stream. It also gives the error to
// the writer, which needs it if there was no line before.
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
