package pages

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

// headMark is the place of a page's own head in the document.
const headMark = "<!--keyhole:head-->"

// assets are the document of the pages and the files that it loads.
type assets struct {
	// before and after are the parts of the document around headMark.
	before, after []byte
	files         fs.FS
	built         bool
}

// openAssets reads the built app, or the placeholder that says how to build it.
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

// assetName matches the names that the build gives to files: no path, no hidden file.
var assetName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,120}$`)

// encodings in order of preference. The build writes a file with the suffix for each.
var encodings = []struct{ name, suffix string }{{"br", ".br"}, {"gzip", ".gz"}}

// Asset serves one file of the build. The name has a hash of the content, so that
// browsers may keep the file permanently.
func (h *Handlers) Asset(w http.ResponseWriter, r *http.Request, name string) {
	raw, encoding, ok := h.assets.open(name, r.Header.Get("Accept-Encoding"))
	switch {
	case !ok:
		reply.Error(w, reply.NoSuchPath(r))
		return
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	header := w.Header()
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	header.Set("Vary", "Accept-Encoding")
	if kind := mime.TypeByExtension(path.Ext(name)); kind != "" {
		header.Set("Content-Type", kind)
	}
	if encoding != "" {
		header.Set("Content-Encoding", encoding)
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
