package pages

import (
	"bytes"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/gateway/reply"
)

// headMark and firstMark are the places of a page's own head and of its first screen in the
// document.
const headMark, firstMark = "<!--keyhole:head-->", "<!--keyhole:first-->"

// document is a page of the web app, or the placeholder that says how to build it.
type document struct {
	// The parts around the marks.
	before, between, after []byte
	built                  bool
}

// assets are the documents of the pages and the files that they load.
type assets struct {
	share, console document
	files          fs.FS
}

// openAssets reads the built app.
func openAssets(dist fs.FS) (*assets, error) {
	share, err := openDocument(dist, "dist/app/index.html")
	if err != nil {
		return nil, err
	}
	console, err := openDocument(dist, "dist/app/console.html")
	if err != nil {
		return nil, err
	}
	files, err := fs.Sub(dist, "dist/app/assets")
	if err != nil {
		return nil, err
	}
	return &assets{share: share, console: console, files: files}, nil
}

func openDocument(dist fs.FS, name string) (document, error) {
	raw, err := fs.ReadFile(dist, name)
	built := err == nil
	if !built {
		if raw, err = fs.ReadFile(dist, "dist/placeholder.html"); err != nil {
			return document{}, err
		}
	}
	before, rest, _ := bytes.Cut(raw, []byte(headMark))
	between, after, _ := bytes.Cut(rest, []byte(firstMark))
	return document{before: before, between: between, after: after, built: built}, nil
}

// with returns the document with a head and a first screen in their places.
func (d document) with(head, first []byte) []byte {
	return slices.Concat(d.before, head, d.between, first, d.after)
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
