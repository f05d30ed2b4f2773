package middleware

import (
	"compress/gzip"
	"net/http"
	"strings"
	"sync"
)

var compressors = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is valid
	return z
}}

// Compressed compresses what next answers, for clients that accept gzip. It is for answers
// that hold no secret and repeat nothing of the request: the length of a compressed answer
// tells who can change a part of it about the rest (BREACH).
func Compressed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Accept-Encoding")
		if r.Method != http.MethodGet || !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			next.ServeHTTP(w, r)
			return
		}
		z := compressors.Get().(*gzip.Writer)
		z.Reset(w)
		c := &compressing{ResponseWriter: w, z: z}
		next.ServeHTTP(c, r)
		if c.began {
			_ = z.Close() // the client may have gone
		}
		compressors.Put(z)
	})
}

type compressing struct {
	http.ResponseWriter
	z     *gzip.Writer
	began bool
}

func (c *compressing) WriteHeader(code int) {
	if !c.began && code >= http.StatusOK && code != http.StatusNoContent && code != http.StatusNotModified {
		c.began = true
		c.Header().Set("Content-Encoding", "gzip")
		c.Header().Del("Content-Length")
	}
	c.ResponseWriter.WriteHeader(code)
}

func (c *compressing) Write(p []byte) (int, error) {
	if !c.began {
		c.WriteHeader(http.StatusOK)
	}
	return c.z.Write(p)
}

// Unwrap leads to the writer that logs the request.
func (c *compressing) Unwrap() http.ResponseWriter { return c.ResponseWriter }
