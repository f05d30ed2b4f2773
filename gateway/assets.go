package gateway

import (
	"bytes"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"

	"github.com/keyhole-dev/keyhole/gateway/reply"
)

// headMark is where a page's own head goes: title, preview, nonce.
const headMark = "<!--keyhole:head-->"

// assets are the built files: documents for pages, and what they load.
type assets struct {
	// before and after are the document around headMark.
	before, after []byte
	files         fs.FS
	built         bool
}

// openAssets takes the built app, or the page that says how to get it.
func openAssets(dist fs.FS) (*assets, error) {
	document, err := fs.ReadFile(dist, "dist/app/index.html")
	built := err == nil
	if !built {
		if document, err = fs.ReadFile(dist, "dist/placeholder.html"); err != nil {
			return nil, err
		}
	}
	files, err := fs.Sub(dist, "dist/app/assets")
	if err != nil {
		return nil, err
	}
	before, after, _ := bytes.Cut(document, []byte(headMark))
	return &assets{before: before, after: after, files: files, built: built}, nil
}

// assetName is what the build calls its files: never a path, never hidden.
var assetName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,120}$`)

// encodings in the order of preference, with the suffix of the file that the
// build made for each.
var encodings = []struct{ name, suffix string }{{"br", ".br"}, {"gzip", ".gz"}}

// serveAsset serves one file of the build. Names carry a hash of the content, so
// it can be kept for ever.
func (g *Gateway) serveAsset(w http.ResponseWriter, r *http.Request, name string) {
	raw, encoding, ok := g.assets.open(name, r.Header.Get("Accept-Encoding"))
	switch {
	case !ok:
		reply.Error(w, reply.NoSuchPath(r))
		return
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	if kind := mime.TypeByExtension(path.Ext(name)); kind != "" {
		h.Set("Content-Type", kind)
	}
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
	}
	reply.Body(w, r, http.StatusOK, raw)
}

func (a *assets) open(name, accepted string) (raw []byte, encoding string, ok bool) {
	if !assetName.MatchString(name) || strings.HasSuffix(name, ".br") || strings.HasSuffix(name, ".gz") {
		return nil, "", false
	}
	for _, e := range encodings {
		if !strings.Contains(accepted, e.name) {
			continue
		}
		if raw, err := fs.ReadFile(a.files, name+e.suffix); err == nil {
			return raw, e.name, true
		}
	}
	raw, err := fs.ReadFile(a.files, name)
	return raw, "", err == nil
}
