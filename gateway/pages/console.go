package pages

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"

	"github.com/keyhole-dev/keyhole/gateway/reply"
)

// consolePath is where the console begins. The share page links to it.
const consolePath = "/app"

// Console serves the document of the console, the same for every path below /app and for
// everyone. It has no secret and no name: the page fetches what it shows from /v1.
func (h *Handlers) Console(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		reply.Error(w, reply.NoSuchPath(r))
		return
	}
	nonce := rand.Text()
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", pagePolicy(nonce, nil))
	header.Set("Permissions-Policy", "camera=(), clipboard-write=(self), microphone=(), geolocation=(), payment=(), usb=()")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("X-Robots-Tag", "noindex, nofollow")
	head := fmt.Appendf(nil, "<title>Keyhole</title>\n<meta property=\"csp-nonce\" nonce=\"%s\">\n", nonce)
	reply.Body(w, r, http.StatusOK, h.assets.console.with(head, nil))
}

// Root serves GET / to a browser. It returns false for other clients, which get what they
// get for any path that does not exist.
func (h *Handlers) Root(w http.ResponseWriter, r *http.Request) bool {
	w.Header().Add("Vary", "Accept")
	if r.Method != http.MethodGet && r.Method != http.MethodHead || !strings.Contains(r.Header.Get("Accept"), "text/html") {
		return false
	}
	h.Console(w, r)
	return true
}
