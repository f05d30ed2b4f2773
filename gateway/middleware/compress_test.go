package middleware_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/gateway/middleware"
)

func TestCompressed(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("a picture in base64 ", 500)
	h := middleware.Compressed(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/empty" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.Header().Set("Content-Length", "10000")
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, text)
	}))
	ask := func(method, path, accept string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, nil)
		r.Header.Set("Accept-Encoding", accept)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	for range 2 { // the second uses a compressor again
		w := ask(http.MethodGet, "/", "gzip, br")
		z, err := gzip.NewReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(z)
		if err != nil || string(got) != text || w.Code != http.StatusNotFound || w.Header().Get("Content-Length") != "" {
			t.Errorf("got %d, %v, %d bytes, %v", w.Code, w.Header(), len(got), err)
		}
	}
	for _, w := range []*httptest.ResponseRecorder{ask(http.MethodGet, "/", ""), ask(http.MethodPost, "/", "gzip")} {
		if w.Body.String() != text || w.Header().Get("Content-Encoding") != "" || w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("got %v", w.Header())
		}
	}
	if w := ask(http.MethodGet, "/empty", "gzip"); w.Code != http.StatusNoContent || w.Body.Len() > 0 || w.Header().Get("Content-Encoding") != "" {
		t.Errorf("got %d, %q, %v", w.Code, w.Body, w.Header())
	}
}
