package gateway

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// Every answer over HTTPS, errors too, tells browsers to keep to HTTPS, and no other does.
func TestAnswersOverHTTPSKeepBrowsersThere(t *testing.T) {
	t.Parallel()
	conn, _ := linkedTo(t, nil)
	for name, c := range map[string]struct {
		age         time.Duration
		url, client string
		https       bool
		proto, want string
	}{
		"https":                {age: time.Hour, url: "https://keyhole.example/v1/whoami", https: true, want: "max-age=3600"},
		"https, no such path":  {age: time.Hour, url: "https://keyhole.example/none", https: true, want: "max-age=3600"},
		"https, link":          {age: time.Hour, url: "https://keyhole.example/s/none", https: true, want: "max-age=3600"},
		"trusted proxy":        {age: time.Hour, url: "http://keyhole.example/v1/whoami", client: "10.0.0.1:5", proto: "https", want: "max-age=3600"},
		"anybody's header":     {age: time.Hour, url: "http://keyhole.example/v1/whoami", client: "192.0.2.1:5", proto: "https"},
		"plain http":           {age: time.Hour, url: "http://keyhole.example/v1/whoami"},
		"localhost":            {age: time.Hour, url: "https://localhost:8443/v1/whoami", https: true},
		"loopback address":     {age: time.Hour, url: "https://127.0.0.1:8443/v1/whoami", https: true},
		"off by configuration": {url: "https://keyhole.example/v1/whoami", https: true},
	} {
		g, err := New(t.Context(), Config{HSTS: c.age, TrustedProxies: []string{"10.0.0.0/8"}}, depsOf(conn))
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodGet, c.url, nil)
		r.TLS = nil
		if c.https {
			r.TLS = &tls.ConnectionState{}
		}
		if c.client != "" {
			r.RemoteAddr = c.client
		}
		r.Header.Set("X-Forwarded-Proto", c.proto)
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		if got := w.Header().Get("Strict-Transport-Security"); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
