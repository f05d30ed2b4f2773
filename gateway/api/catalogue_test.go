package api

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestTheCatalogueMayBeKept(t *testing.T) {
	t.Parallel()
	next := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/blocks" {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = w.Write([]byte(`{"blocks":[]}`))
	})
	ask := func(path, tag string) *httptest.ResponseRecorder {
		r, w := httptest.NewRequest(http.MethodGet, path, nil), httptest.NewRecorder()
		r.Header.Set("If-None-Match", tag)
		w.Header().Set("Cache-Control", "no-store")
		serveCatalogue(w, r, next)
		return w
	}
	first := ask("/v1/blocks", "")
	tag := first.Header().Get("ETag")
	if tag == "" || first.Header().Get("Cache-Control") != "public, max-age=300" || first.Body.Len() == 0 {
		t.Errorf("got %v", first.Header())
	}
	if again := ask("/v1/blocks", "W/"+tag); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("got %d, %d bytes", again.Code, again.Body.Len())
	}
	if other := ask("/v1/blocks", `"other"`); other.Code != http.StatusOK || other.Body.Len() == 0 {
		t.Errorf("got %d", other.Code)
	}
	if none := ask("/v1/blocks/x", ""); none.Code != http.StatusNotFound || none.Header().Get("Cache-Control") != "no-store" || none.Header().Get("ETag") != "" {
		t.Errorf("got %d, %v", none.Code, none.Header())
	}
}
