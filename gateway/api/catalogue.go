package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
)

// maxAge is how long a copy of a catalogue may be used without asking, in seconds. Catalogues
// change with a release only.
const maxAge = "300"

// isCatalogue reports a request for blocks or templates, which are the same for all callers.
func isCatalogue(r *http.Request) bool {
	kind, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v1/"), "/")
	return r.Method == http.MethodGet && (kind == "blocks" || kind == "templates")
}

// serveCatalogue answers with the hash of the body as its tag, or with nothing if the
// caller has the body already.
func serveCatalogue(w http.ResponseWriter, r *http.Request, next http.Handler) {
	reply := &held{ResponseWriter: w, code: http.StatusOK}
	next.ServeHTTP(reply, r)
	if reply.code == http.StatusOK {
		sum := sha256.Sum256(reply.body.Bytes())
		tag := `"` + hex.EncodeToString(sum[:16]) + `"`
		w.Header().Set("ETag", tag)
		w.Header().Set("Cache-Control", "public, max-age="+maxAge)
		if strings.Contains(r.Header.Get("If-None-Match"), tag) {
			w.Header().Del("Content-Type")
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	w.WriteHeader(reply.code)
	_, _ = w.Write(reply.body.Bytes()) // the caller has left
}

// held keeps an answer back. Its length is that of the catalogue at most.
type held struct {
	http.ResponseWriter
	code int
	body bytes.Buffer
}

// WriteHeader implements http.ResponseWriter.
func (h *held) WriteHeader(code int) { h.code = code }

// Write implements http.ResponseWriter.
func (h *held) Write(p []byte) (int, error) { return h.body.Write(p) }
