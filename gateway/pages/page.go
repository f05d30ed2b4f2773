package pages

import (
	"crypto/rand"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"sync"

	"github.com/keyhole-dev/keyhole/gateway/auth"
	"github.com/keyhole-dev/keyhole/gateway/preview"
	"github.com/keyhole-dev/keyhole/gateway/reply"
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// Config says how pages are served.
type Config struct {
	Callers *auth.Auth
	Sharing sharingv1.SharingServiceClient
	// App holds the built web app, or its placeholder, under dist.
	App fs.FS
	// MaxBody is the limit of a request's body that a page tells its visitor, in bytes.
	MaxBody int64
	// PublicURL is where visitors reach the installation; empty means the address of
	// each request.
	PublicURL string
}

// Handlers serve the pages.
type Handlers struct {
	cfg      Config
	assets   *assets
	previews *preview.Previews
	ended    chan struct{} // closed when the server stops; see EndWatches
	end      func()        // may be called more than once
}

// New opens the web app and the fonts of the previews.
func New(cfg Config) (*Handlers, error) {
	files, err := openAssets(cfg.App)
	if err != nil {
		return nil, fmt.Errorf("open web app: %w", err)
	}
	previews, err := preview.New()
	if err != nil {
		return nil, fmt.Errorf("open previews: %w", err)
	}
	ended := make(chan struct{})
	return &Handlers{
		cfg: cfg, assets: files, previews: previews,
		ended: ended, end: sync.OnceFunc(func() { close(ended) }),
	}, nil
}

// Share serves GET /s/{token}, and below it preview.png, sample, changes, openapi.json, qr.svg and qr.png. It
// returns false for any other request under /s, which is for Roboflow's clients.
func (h *Handlers) Share(w http.ResponseWriter, r *http.Request, rest string) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	token, sub, _ := strings.Cut(strings.TrimSuffix(rest, "/"), "/")
	switch {
	case !linkToken.MatchString(token), sub != "" && isNoise(sub):
		redirectPasted(w, "s", rest)
	case sub == "preview.png":
		h.preview(w, r, token)
	case sub == "sample":
		h.sample(w, r, token)
	case sub == "changes":
		h.watch(w, r, token)
	case sub == "openapi.json":
		h.openAPI(w, r, token)
	case sub == "qr.svg", sub == "qr.png":
		h.qr(w, r, token, strings.TrimPrefix(sub, "qr."))
	case sub == "":
		h.page(w, r, token, false)
	default:
		return false
	}
	return true
}

// Embed serves GET /embed/{token}: the page for frames, if the owner allows them.
func (h *Handlers) Embed(w http.ResponseWriter, r *http.Request, rest string) {
	token := strings.TrimSuffix(rest, "/")
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		reply.Error(w, reply.NoSuchPath(r))
	case !linkToken.MatchString(token):
		redirectPasted(w, "embed", rest)
	default:
		h.page(w, r, token, true)
	}
}

// page writes the document. A link that does not work gets it too, with the status 404:
// the page explains the error.
func (h *Handlers) page(w http.ResponseWriter, r *http.Request, token string, embed bool) {
	view, err := h.view(r, token)
	status := http.StatusOK
	if errs.ReasonOf(err) == errorsv1.Reason_REASON_NOT_FOUND {
		status = http.StatusNotFound
	}
	var frames []string
	if embed {
		frames = view.GetFrameOrigins()
	}
	nonce := rand.Text()
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", pagePolicy(nonce, frames))
	header.Set("Permissions-Policy", "camera=(self), clipboard-write=(self), microphone=(), geolocation=(), payment=(), usb=()")
	header.Set("X-Robots-Tag", "noindex, nofollow") // the link is a secret: search engines must not list it
	if !embed {
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
	}
	var first []byte
	if !embed { // a frame can hide parts of the page
		first = h.first(token, view)
	}
	head := h.head(r, token, nonce, view, gatedTitle(err))
	reply.Body(w, r, status, h.assets.share.with(head, first))
}
