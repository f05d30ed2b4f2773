package pages

import (
	"net/http"

	"github.com/keyhole-dev/keyhole/gateway/preview"
	"github.com/keyhole-dev/keyhole/gateway/reply"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
)

// preview answers with the graph as PNG. It shows what the first screen of the page
// shows to anyone, and nothing of a run.
func (h *Handlers) preview(w http.ResponseWriter, r *http.Request, token string) {
	view, err := h.view(r, token)
	if err != nil {
		reply.Error(w, err)
		return
	}
	subject := preview.Subject(view)
	tag := preview.Tag(subject)
	header := w.Header()
	header.Set("Cache-Control", "private, no-cache") // revalidate each time: the link may be revoked
	header.Set("ETag", `"`+tag+`"`)
	if r.Header.Get("If-None-Match") == `"`+tag+`"` {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	raw, err := h.previews.PNG(r.Context(), fair.Client{Tenant: h.cfg.Callers.Address(r)}, tag, subject)
	if err != nil {
		reply.Error(w, err)
		return
	}
	header.Set("Content-Type", "image/png")
	reply.Body(w, r, http.StatusOK, raw)
}
