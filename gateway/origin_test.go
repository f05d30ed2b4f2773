package gateway

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"google.golang.org/grpc"

	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// listing is a gateway with a link that lists an origin.
func listing(t *testing.T, publicURL string) (*Gateway, *ran) {
	t.Helper()
	views := map[string]*sharingv1.SharedWorkflow{"live": {RunOrigins: []string{"https://listed.example"}}}
	g, runs := newPages(t, placeholder(), views), &ran{}
	conn := dialled(t, func(s *grpc.Server) { runnerv1.RegisterRunnerServiceServer(s, runs) })
	api, err := newAPI(t.Context(), Deps{Sharing: conn, Vault: conn, Registry: conn, Runner: conn})
	if err != nil {
		t.Fatal(err)
	}
	g.api, g.cfg.PublicURL = api, publicURL
	return g, runs
}

func postFrom(g *Gateway, path, contentType string, origins ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "http://keyhole.example"+path, strings.NewReader(`{"inputs":{}}`))
	r.Header.Set("Content-Type", contentType)
	r.Header["Origin"] = origins
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	return w
}

// A page of another site sends what a browser lets it send without asking.
func TestAttackLinksFromOtherSites(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A13", "a cross-site POST that runs or forks a link")
	for _, public := range []string{"", "https://keyhole.example"} {
		g, runs := listing(t, public)
		for _, path := range []string{"/v1/shared/live:run", "/v1/shared/live:runStream", "/v1/shared/live:fork", "/s/live/any/workflows/any", "/s/live/infer/workflows/a/b"} {
			for _, kind := range []string{"text/plain", "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""} {
				for _, origins := range [][]string{
					{"https://evil.example"},
					{"null"},
					{""},
					{"https://listed.example.evil.example"},
					{"http://listed.example"},
					{"https://keyhole.example.evil.example"},
					{"file://"},
					{"https://listed.example", "https://evil.example"},
					{"https://listed.example:444"},
				} {
					w := postFrom(g, path, kind, origins...)
					a.Attempt(w.Code == http.StatusForbidden && strings.Contains(w.Body.String(), "ORIGIN_REFUSED"),
						"%s as %q from %q: %d %s", path, kind, origins, w.Code, w.Body)
				}
			}
		}
		if n := runs.runs.Load(); n != 0 {
			t.Errorf("%d runs", n)
		}
	}
	// Another name that was made to point here is not this installation's.
	g, _ := listing(t, "https://other.example")
	w := postFrom(g, "/v1/shared/live:run", "text/plain", "http://keyhole.example")
	a.Attempt(w.Code == http.StatusForbidden, "by another name: %d", w.Code)
}

func TestLinksRunFromTheirOrigins(t *testing.T) {
	t.Parallel()
	for _, public := range []string{"", "https://keyhole.example/"} {
		g, runs := listing(t, public)
		for _, origins := range [][]string{nil, {"https://listed.example"}, {"https://keyhole.example"}} {
			if w := postFrom(g, "/v1/shared/live:run", "application/json", origins...); w.Code != http.StatusOK {
				t.Errorf("from %q: %d %s", origins, w.Code, w.Body)
			}
		}
		if n := runs.runs.Load(); n != 3 {
			t.Errorf("%d runs", n)
		}
	}
	r := httptest.NewRequest(http.MethodOptions, "/v1/shared/live:run", nil)
	r.Header.Set("Origin", "https://listed.example")
	r.Header.Set("Access-Control-Request-Method", http.MethodPost)
	g, _ := listing(t, "")
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	if w.Code != http.StatusNoContent || w.Header().Get("Access-Control-Allow-Origin") == "" {
		t.Errorf("asked beforehand: %d %v", w.Code, w.Header())
	}
}
