package pages

import (
	"net/http"

	"github.com/keyhole-dev/keyhole/gateway/linkdoc"
	"github.com/keyhole-dev/keyhole/gateway/reply"
)

// openAPI serves GET /s/{token}/openapi.json: what a program needs to run the link.
func (h *Handlers) openAPI(w http.ResponseWriter, r *http.Request, token string) {
	view, err := h.view(r, token)
	if err != nil {
		reply.Error(w, err)
		return
	}
	base, ok := h.base(r)
	if !ok {
		base = "/"
	}
	raw, err := linkdoc.OpenAPI(view, base, token)
	if err != nil {
		reply.Error(w, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "application/json")
	reply.Body(w, r, http.StatusOK, raw)
}
