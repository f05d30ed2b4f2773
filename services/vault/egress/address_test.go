package egress

import (
	"io"
	"log"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

func hello(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }

// Nothing is sent to an address that is not allowed, with or without a secret.
func TestAddressIsRefusedBeforeAConnection(t *testing.T) {
	t.Parallel()
	s := serveTLS(t, hello)
	c := client(t, nil)
	req := credentialed(t, s.URL)
	_, _, e := read(t, c, req)
	wantKind(t, "with a secret", e, RefusedAddress)
	_, _, e = read(t, c, Request{Method: "GET", URL: s.URL})
	wantKind(t, "without", e, RefusedAddress)
	_, _, e = read(t, c, Request{Method: "GET", URL: "https://[::]:" + s.port()})
	wantKind(t, "[::], which Linux takes for loopback", e, RefusedAddress)
	if n := s.connections.Load(); n != 0 {
		t.Errorf("%d connections were made", n)
	}
}

func TestNameWithPrivateAddressIsRefused(t *testing.T) {
	t.Parallel()
	s := serveTLS(t, hello)
	for name, answer := range map[string][]string{
		"private": {"127.0.0.1"}, "public first": {"8.8.8.8", "127.0.0.1"}, "private first": {"127.0.0.1", "8.8.8.8"}, "metadata": {"169.254.169.254"}, "any": {"0.0.0.0"},
	} {
		resolver, _ := testkit.DNS(t, func(string, int) []string { return answer })
		c := client(t, nil, func(c *Config) { c.Resolver = resolver })
		_, _, e := read(t, c, credentialed(t, "https://example.com:"+s.port()))
		wantKind(t, name, e, RefusedAddress)
	}
	if n := s.connections.Load(); n != 0 {
		t.Errorf("%d connections were made", n)
	}
	resolver, _ := testkit.DNS(t, func(string, int) []string { return nil })
	_, _, e := read(t, client(t, nil, func(c *Config) { c.Resolver = resolver }), credentialed(t, "https://example.com"))
	wantKind(t, "no address", e, Unreachable)
}

// The name resolves to a good address first, and to an internal one afterwards. The
// internal server must not see a connection: not on the first call, where a second look-up
// would find it, and not when a new connection is opened.
func TestRebinding(t *testing.T) {
	t.Parallel()
	internal := serveTLS(t, hello)
	good := start(t, hello, true, "127.0.0.2:"+internal.port())
	resolver, names := testkit.DNS(t, func(_ string, n int) []string {
		if n == 0 {
			return []string{"127.0.0.2"}
		}
		return []string{"127.0.0.1"}
	})
	c := client(t, []string{"127.0.0.2:" + good.port()}, func(c *Config) { c.Resolver = resolver })
	req := credentialed(t, "https://example.com:"+good.port())
	if _, body, e := read(t, c, req); e != nil || body != "hello" {
		t.Fatalf("the good address: %q, %v", body, e)
	}
	if n := names.Count("example.com"); n != 1 {
		t.Errorf("the name was looked up %d times for one connection", n)
	}
	c.Close()
	good.CloseClientConnections()
	_, _, e := read(t, c, req)
	wantKind(t, "after rebinding", e, RefusedAddress)
	if n := internal.connections.Load(); n != 0 {
		t.Errorf("the internal server saw %d connections", n)
	}
}

func TestListedNameAndNetwork(t *testing.T) {
	t.Parallel()
	s := serve(t, hello)
	resolver, _ := testkit.DNS(t, func(string, int) []string { return []string{"127.0.0.1"} })
	for what, allow := range map[string]string{"name": "example.com:" + s.port(), "network": "127.0.0.0/8", "address": s.hostPort()} {
		c := client(t, []string{allow}, func(c *Config) { c.Resolver = resolver })
		target := "http://example.com:" + s.port()
		if what != "name" {
			target = s.URL
		}
		if _, body, e := read(t, c, credentialed(t, target)); e != nil || body != "hello" {
			t.Errorf("listed by %s: %q, %v", what, body, e)
		}
	}
}

func TestTLSIsVerifiedToTheName(t *testing.T) {
	t.Parallel()
	s := serveTLS(t, hello)
	resolver, _ := testkit.DNS(t, func(string, int) []string { return []string{"127.0.0.1"} })
	allow := []string{"127.0.0.0/8"}
	named := func(c *Config) { c.Resolver = resolver }
	if _, _, e := read(t, client(t, allow, named), credentialed(t, "https://example.com:"+s.port())); e != nil {
		t.Errorf("the right name: %v", e)
	}
	_, _, e := read(t, client(t, allow, named), credentialed(t, "https://example.net:"+s.port()))
	wantKind(t, "another name", e, TLS)
	_, _, e = read(t, client(t, allow, func(c *Config) { c.RootCAs = nil }), credentialed(t, s.URL))
	wantKind(t, "an unknown authority", e, TLS)
	plain := serve(t, hello)
	_, _, e = read(t, client(t, allow), credentialed(t, "https://"+plain.hostPort()))
	wantKind(t, "no TLS", e, TLS)
	if n := plain.requests.Load(); n != 0 {
		t.Errorf("%d requests went out in the clear", n)
	}
}

// A proxy from the environment would see every call, and nobody checks its address.
func TestNoProxyFromTheEnvironment(t *testing.T) {
	proxy := serve(t, hello)
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"} {
		t.Setenv(name, proxy.URL)
	}
	s := start(t, hello, false, "127.0.0.3:0") // net/http makes an exception for 127.0.0.1 only with localhost names
	resolver, _ := testkit.DNS(t, func(string, int) []string { return []string{"127.0.0.3"} })
	c := client(t, []string{"example.com:" + s.port()}, func(c *Config) { c.Resolver = resolver })
	if _, body, e := read(t, c, credentialed(t, "http://example.com:"+s.port())); e != nil || body != "hello" {
		t.Errorf("%q, %v", body, e)
	}
	if n := proxy.connections.Load(); n != 0 {
		t.Errorf("the proxy saw %d connections", n)
	}
}

func TestDestinationBelongsToTheCredential(t *testing.T) {
	t.Parallel()
	s, other := serveTLS(t, hello), serveTLS(t, hello)
	c := client(t, []string{"127.0.0.0/8"})
	req := credentialed(t, s.URL)
	for _, url := range []string{other.URL, "http://" + s.hostPort(), "https://127.0.0.2:" + s.port(), "https://example.com"} {
		req.URL = url
		_, _, e := read(t, c, req)
		wantKind(t, url, e, RefusedDestination)
	}
	req.Destinations = nil
	_, _, e := read(t, c, req)
	wantKind(t, "no destinations", e, RefusedDestination)
	_, _, e = read(t, c, Request{Method: "GET", URL: other.URL, Destinations: credentialed(t, s.URL).Destinations})
	wantKind(t, "a plain fetch with destinations", e, RefusedDestination)
	if s.requests.Load()+other.requests.Load() != 0 {
		t.Error("something was sent")
	}
}

// An error that reveals the operator's network or settings is marked, so that the caller
// can withhold it.
func TestWhatAnErrorReveals(t *testing.T) {
	t.Parallel()
	closed := serve(t, hello)
	dead := closed.hostPort()
	closed.Close()
	resolver, _ := testkit.DNS(t, func(name string, _ int) []string {
		return map[string][]string{"inside.example.com": {"10.0.0.7"}}[name]
	})
	c := client(t, []string{dead}, func(c *Config) { c.Resolver = resolver })
	for url, want := range map[string]Reveals{
		"https://inside.example.com": Network, "https://nowhere.example.com": Network, "http://" + dead: Network,
		"https://10.0.0.7": Settings, "https://db.internal": Settings, "http://example.com": Settings,
		"ftp://example.com": Nothing, "https://2130706433": Nothing,
	} {
		_, _, e := read(t, c, Request{Method: "GET", URL: url})
		if e == nil || e.Reveals != want {
			t.Errorf("%s: %v reveals %v, want %v", url, e, e.Reveals, want)
		}
	}
}

// A failure before a connection exists is distinguished from one after which the request
// may have been sent.
func TestWhatHasNotLeft(t *testing.T) {
	t.Parallel()
	closed := serve(t, hello)
	dead := closed.hostPort()
	closed.Close()
	broken := raw(t, func(net.Conn) {})
	resolver, _ := testkit.DNS(t, func(string, int) []string { return nil })
	secured := serveTLS(t, hello)
	for name, tc := range map[string]struct {
		url    string
		change func(*Config)
		kind   Kind
		unsent bool
	}{
		"not allowed":   {"https://192.168.1.1", func(*Config) {}, RefusedAddress, true},
		"no listener":   {"http://" + dead, func(*Config) {}, Unreachable, true},
		"no such name":  {"https://nowhere.example.com", func(c *Config) { c.Resolver = resolver }, Unreachable, true},
		"no trust":      {secured.URL, func(c *Config) { c.RootCAs = nil }, TLS, true},
		"breaks off":    {"http://" + broken, func(*Config) {}, Unreachable, false},
		"never answers": {"http://" + raw(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }), func(c *Config) { c.HeaderTimeout, c.DialTimeout = 50*time.Millisecond, 50*time.Millisecond }, Timeout, false},
	} {
		_, _, e := read(t, client(t, []string{"127.0.0.0/8"}, tc.change), credentialed(t, tc.url))
		wantKind(t, name, e, tc.kind)
		if e != nil && e.Unsent != tc.unsent {
			t.Errorf("%s: unsent is %v", name, e.Unsent)
		}
	}
}
