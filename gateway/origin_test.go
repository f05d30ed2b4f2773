package gateway

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// listing is a gateway with a link that lists an origin.
func listing(t *testing.T, publicURL string) (*Gateway, *ran) {
	t.Helper()
	conn, runs := linkedTo(t, map[string]*sharingv1.SharedWorkflow{"live": {RunOrigins: []string{"https://listed.example"}}})
	g, err := New(t.Context(), Config{PublicURL: publicURL}, depsOf(conn))
	if err != nil {
		t.Fatal(err)
	}
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

// A page of another site sends what a browser lets it send without a preflight.
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
					{"https://user@listed.example"},
					{"https://listed.example/"},
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
}

// TestAttackReboundOrigins: another site's name is made to resolve to the installation, so
// that the browser treats its pages as the same origin.
func TestAttackReboundOrigins(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A13", "an origin whose name was made to point here")
	for _, public := range []string{"", "https://other.example", "http://other.example:8080"} {
		g, runs := listing(t, public)
		for host, origins := range map[string][]string{
			"evil.example":        {"http://evil.example", "https://evil.example", "http://evil.example:80"},
			"evil.example:8080":   {"http://evil.example:8080", "https://evil.example:8080"},
			"localhost.evil:8080": {"http://localhost.evil:8080"},
			"2130706433":          {"http://2130706433"},
			"127.0.0.1:8080":      {"https://127.0.0.1:8080", "http://127.0.0.1:8081", "http://127.0.0.1"},
			"localhost":           {"https://localhost", "http://localhost:443"},
		} {
			for _, from := range origins {
				for _, header := range [][2]string{{}, {"Sec-Fetch-Site", "same-origin"}, {"X-Forwarded-Proto", "https"}, {"X-Forwarded-Host", "other.example"}} {
					r := httptest.NewRequest(http.MethodPost, "http://"+host+"/v1/shared/live:run", strings.NewReader(`{"inputs":{}}`))
					r.Header.Set("Origin", from)
					r.Header.Set(header[0], header[1])
					w := httptest.NewRecorder()
					g.ServeHTTP(w, r)
					a.Attempt(w.Code == http.StatusForbidden, "%s at %s with %v: %d", from, host, header, w.Code)
				}
			}
		}
		if n := runs.runs.Load(); n != 0 {
			t.Errorf("%d runs", n)
		}
	}
}

func TestLinksRunFromTheirOrigins(t *testing.T) {
	t.Parallel()
	for _, public := range []string{"", "https://keyhole.example/"} {
		g, runs := listing(t, public)
		wanted := [][]string{nil, {"https://listed.example"}, {"https://LISTED.example:443"}}
		if public != "" {
			wanted = append(wanted, []string{"https://keyhole.example"}, []string{"https://keyhole.example:443"})
		}
		for _, origins := range wanted {
			if w := postFrom(g, "/v1/shared/live:run", "application/json", origins...); w.Code != http.StatusOK {
				t.Errorf("from %q: %d %s", origins, w.Code, w.Body)
			}
		}
		for _, host := range []string{"localhost:8080", "127.0.0.1", "[::1]:8080"} {
			r := httptest.NewRequest(http.MethodPost, "http://"+host+"/v1/shared/live:run", strings.NewReader(`{"inputs":{}}`))
			r.Header.Set("Origin", "http://"+host)
			w := httptest.NewRecorder()
			if g.ServeHTTP(w, r); w.Code != http.StatusOK {
				t.Errorf("from %s itself: %d %s", host, w.Code, w.Body)
			}
		}
		if n := runs.runs.Load(); int(n) != len(wanted)+3 {
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
