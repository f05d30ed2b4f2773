package egress

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

const canary = "sk-proj-Zk3vQ9xT7bLm2Wc8RfYh5NpJd4Gs6AeUiOqXwBzCtKyVnMrD"

// bearer is the slot of most tests. Each call gets its own Secret.
func bearer() *Slot { return &Slot{Kind: Bearer, Secret: secret.FromString(canary)} }

// server is a provider on loopback, over TLS, that counts its connections and
// requests.
type server struct {
	*httptest.Server
	requests, connections atomic.Int64
}

func serveTLS(t *testing.T, h http.HandlerFunc) *server { return start(t, h, true, "") }

func serve(t *testing.T, h http.HandlerFunc) *server { return start(t, h, false, "") }

// start starts a server, on another loopback address if one is given.
func start(t *testing.T, h http.HandlerFunc, secure bool, address string) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		h(w, r)
	}))
	if address != "" {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		_ = s.Listener.Close()
		s.Listener = l
	}
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.connections.Add(1)
		}
	}
	s.Config.ErrorLog = quiet()
	s.EnableHTTP2 = true
	if secure {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s
}

func (s *server) hostPort() string {
	u, _ := url.Parse(s.URL)
	return u.Host
}

func (s *server) port() string {
	_, p, _ := net.SplitHostPort(s.hostPort())
	return p
}

// raw is a provider that does not speak proper HTTP. It reads the head of a request, and
// then the test's function handles the connection.
func raw(t *testing.T, do func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	t.Cleanup(func() { _ = l.Close(); wg.Wait() })
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer func() { _ = c.Close() }()
				buf := make([]byte, 8<<10)
				if _, err := c.Read(buf); err == nil {
					do(c)
				}
			})
		}
	})
	return l.Addr().String()
}

// client allows the listed hosts, trusts the test servers, and has short timeouts.
func client(t *testing.T, allow []string, change ...func(*Config)) *Client {
	t.Helper()
	rules, err := ParseRules(allow, false)
	if err != nil {
		t.Fatal(err)
	}
	c := Config{Rules: rules, RootCAs: testRoots(t), MaxResponseBytes: 1 << 20, MaxRequestBytes: 1 << 20}
	for _, f := range change {
		f(&c)
	}
	cl := New(c)
	t.Cleanup(cl.Close)
	return cl
}

// testRoots holds the certificate of every httptest server, which is for 127.0.0.1, ::1 and
// example.com.
func testRoots(t *testing.T) *x509.CertPool {
	t.Helper()
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return pool
}

// credentialed returns a GET request with the canary to a server.
func credentialed(t *testing.T, rawURL string) Request {
	t.Helper()
	d, err := DestinationOf(rawURL)
	if err != nil {
		t.Fatal(err)
	}
	return Request{Method: "GET", URL: rawURL, Slots: Slots{bearer()}, Destinations: []Destination{d}}
}

// read makes a call and reads the whole answer. The error is from the call or the body.
func read(t *testing.T, c *Client, req Request) (*Response, string, *Error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	resp, err := c.Do(ctx, req)
	if err != nil {
		return nil, "", asError(t, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return resp, string(body), asError(t, err)
	}
	return resp, string(body), nil
}

func asError(t *testing.T, err error) *Error {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("an error of type %T: %v", err, err)
	}
	if strings.Contains(fmt.Sprintf("%v %+v", e, e), canary[8:24]) {
		t.Fatalf("the error holds the secret: %v", e)
	}
	return e
}

func wantKind(t *testing.T, what string, e *Error, want Kind) {
	t.Helper()
	if e == nil || e.Kind != want {
		t.Errorf("%s: %v (%v), want %v", what, e, kindOf(e), want)
	}
}

func kindOf(e *Error) string {
	if e == nil {
		return "no error"
	}
	return e.Kind.String()
}
