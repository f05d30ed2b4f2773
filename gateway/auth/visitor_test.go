package auth

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

func TestVisitorAddress(t *testing.T) {
	t.Parallel()
	c, err := newAddresses([]string{"10.0.0.0/8"}, secret.FromString("k"))
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct{ remote, forwarded, want string }{
		"direct":                     {"203.0.113.7:1", "", "203.0.113.7"},
		"a stranger's header":        {"203.0.113.7:1", "198.51.100.1", "203.0.113.7"},
		"through a proxy":            {"10.0.0.1:1", "198.51.100.1", "198.51.100.1"},
		"forged left of the proxy's": {"10.0.0.1:1", "1.2.3.4, 198.51.100.1", "198.51.100.1"},
		"two proxies":                {"10.0.0.1:1", "198.51.100.1, 10.0.0.2", "198.51.100.1"},
		"nonsense ends the walk":     {"10.0.0.1:1", "x", "10.0.0.1"},
		"mapped address":             {"[::ffff:203.0.113.7]:1", "", "203.0.113.7"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = x.remote
		if x.forwarded != "" {
			r.Header.Set("X-Forwarded-For", x.forwarded)
		}
		if got := c.client(r).String(); got != x.want {
			t.Errorf("%s: got %s, want %s", name, got, x.want)
		}
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr = "[2001:db8::1]:1"
	one := c.pseudonym(r)
	r.RemoteAddr = "[2001:db8::2]:1"
	if two := c.pseudonym(r); one != two || strings.Contains(one, "2001") {
		t.Errorf("one /64 is one visitor: %s, %s", one, two)
	}
}
