package pages

import (
	"context"
	"net/http"

	"github.com/keyhole-dev/keyhole/gateway/reply"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// watch serves GET /s/{token}/changes: WatchSharedWorkflow for pages. It writes one line when
// what the link shows has changed, and ends. The line says nothing about the change: the page
// asks /v1 again, with its own rights.
func (h *Handlers) watch(w http.ResponseWriter, r *http.Request, token string) {
	as, err := h.caller(r)
	if err != nil {
		reply.Error(w, err)
		return
	}
	ctx, cancel := context.WithCancel(as)
	defer cancel()
	go func() { // it ends with the request, whose context ends in any case
		select {
		case <-h.ended:
			cancel()
		case <-ctx.Done():
		}
	}()
	stream, err := h.cfg.Sharing.WatchSharedWorkflow(ctx, &sharingv1.WatchSharedWorkflowRequest{Token: token})
	if err == nil {
		_, err = stream.Recv() // the server watches
	}
	switch {
	case errs.IsRetryable(err): // the page asks again later
		w.WriteHeader(http.StatusNoContent)
		return
	case err != nil:
		reply.Error(w, err)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "application/x-ndjson")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // a proxy that buffers would hide the change
	w.WriteHeader(http.StatusOK)
	control := http.NewResponseController(w)
	if control.Flush() != nil {
		return
	}
	if change, err := stream.Recv(); err == nil && change.GetChanged() {
		_, _ = w.Write([]byte("{\"changed\":true}\n"))
		_ = control.Flush()
	}
}

// caller returns a context with the caller of a request: the gate of a link may ask who that is.
func (h *Handlers) caller(r *http.Request) (context.Context, error) {
	proof, err := h.cfg.Callers.Proof(r)
	if err != nil {
		return nil, err
	}
	return h.cfg.Callers.As(r.Context(), proof, h.cfg.Callers.Visitor(r))
}

// EndWatches ends all streams. Pages open theirs again, at a server that runs.
func (h *Handlers) EndWatches() { h.end() }
