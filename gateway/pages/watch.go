package pages

import (
	"context"
	"net/http"
	"time"

	"github.com/keyhole-dev/keyhole/gateway/reply"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
)

const (
	// watchEvery is how often the state of a watched link is read.
	watchEvery = 400 * time.Millisecond
	// watchFor bounds a stream. The page opens the next one.
	watchFor = 10 * time.Minute
	// maxWatched is how many links are watched at a time. A page whose link is not watched
	// learns of a change when its visitor runs it.
	maxWatched = 4096
)

// watch serves GET /s/{token}/changes: it writes one line when the link is paused,
// resumed, rotated, revoked or has a new version, and ends. The line says that something
// has changed, and nothing about it: the page asks /v1 again, with its own rights.
func (h *Handlers) watch(w http.ResponseWriter, r *http.Request, token string) {
	if _, err := h.view(r, token); err != nil {
		reply.Error(w, err)
		return
	}
	guest := h.cfg.Callers.Visitor(r)
	changed, stop, ok := h.watched.add(token, func(ctx context.Context) string { return h.state(ctx, guest, token) })
	if !ok {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	defer stop()
	header := w.Header()
	header.Set("Content-Type", "application/x-ndjson")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // a proxy that buffers would hide the change
	w.WriteHeader(http.StatusOK)
	control := http.NewResponseController(w)
	if control.Flush() != nil {
		return
	}
	select {
	case <-changed:
		_, _ = w.Write([]byte("{\"changed\":true}\n"))
		_ = control.Flush()
	case <-r.Context().Done():
	case <-h.ended:
	case <-time.After(watchFor):
	}
}

// EndWatches ends all streams. Pages open theirs again, at a server that runs.
func (h *Handlers) EndWatches() { h.end() }

// state reads a link for whom it was first watched.
func (h *Handlers) state(ctx context.Context, visitor, token string) string {
	ctx, cancel := context.WithTimeout(ctx, headWait)
	defer cancel()
	return stateOf(h.cfg.Sharing.GetSharedWorkflow(h.cfg.Callers.GuestOf(ctx, visitor), &sharingv1.GetSharedWorkflowRequest{Token: token}))
}
