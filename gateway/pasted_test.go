package gateway

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
)

// A link that is copied from a message with surrounding characters leads to its page.
func TestLinksAsPastedLeadToTheirPage(t *testing.T) {
	t.Parallel()
	g := newPages(t, builtApp(), map[string]*sharingv1.SharedWorkflow{"t-o_k": aView()})
	for _, page := range []string{"s", "embed"} {
		for _, path := range []string{
			"t-o_k)", "t-o_k.", "t-o_k%20", "t-o_k%20/", "%3Ct-o_k%3E", "%20t-o_k%20", "(t-o_k),", "t-o_k%3Fref=x", "t-o_k%23top", "t-o_k%22",
			"t-o_k%E2%80%9D", "t-o_k/)", "t-o_k/%3E.", "t-o_k%5D(https://x.example)", "t-o_k%00", "t-o_k%0d%0aX:%20y",
		} {
			w := get(g, "/"+page+"/"+path)
			if w.Code != http.StatusFound || w.Header().Get("Location") != "/"+page+"/t-o_k" {
				t.Errorf("/%s/%s: %d to %q", page, path, w.Code, w.Header().Get("Location"))
			}
		}
		for _, path := range []string{"t-o_k", "t-o_k/", "t-o_k?ref=x", "t-o_k/?a=b&c"} {
			if w := get(g, "/"+page+"/"+path); w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Content-Type"), "html") {
				t.Errorf("/%s/%s: %d", page, path, w.Code)
			}
		}
		for _, path := range []string{"", "%20", "...", "%E2%80%9C"} {
			if w := get(g, "/"+page+"/"+path); w.Code != http.StatusFound || w.Header().Get("Location") != "/"+page+"/-" {
				t.Errorf("/%s/%s: %d to %q", page, path, w.Code, w.Header().Get("Location"))
			}
		}
		if w := get(g, "/"+page+"/-"); w.Code != http.StatusNotFound || !strings.Contains(w.Header().Get("Content-Type"), "html") {
			t.Errorf("a link with nothing in it: %d %s", w.Code, w.Header())
		}
	}
	// A program that posts does not get the page.
	w := httptest.NewRecorder()
	g.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/s/t-o_k)", strings.NewReader("{}")))
	if w.Code == http.StatusFound {
		t.Error("a POST was redirected")
	}
}
