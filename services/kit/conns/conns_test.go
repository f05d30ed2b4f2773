package conns_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/conns"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// served is a server with few connections. A request for /hold is in progress until the
// test ends.
type served struct {
	*conns.Listener
	held chan struct{}
}

func serve(t *testing.T, limits conns.Limits) *served {
	t.Helper()
	lis, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &served{Listener: conns.Limit(lis, limits), held: make(chan struct{}, 100)}
	release := make(chan struct{})
	server := &http.Server{ConnState: conns.Track, ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hold" {
			s.held <- struct{}{}
			<-release
		}
	})}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(s) }()
	t.Cleanup(func() { close(release); _ = server.Close(); <-done })
	return s
}

// dial connects from a loopback address and sends a text.
func (s *served) dial(t *testing.T, from, text string) net.Conn {
	t.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	conn, err := dialer.DialContext(t.Context(), "tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	_, _ = io.WriteString(conn, text)
	return conn
}

const request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

// answered sends a request on a new connection, and reports whether it is answered.
func (s *served) answered(t *testing.T, from string) bool {
	t.Helper()
	reply, err := http.ReadResponse(bufio.NewReader(s.dial(t, from, request)), nil)
	if err != nil {
		return false
	}
	return reply.Body.Close() == nil && reply.StatusCode == http.StatusOK
}

func TestAttackConnectionsThatSendAHeaderSlowly(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A7", "connections that never finish a header, in front of a quiet client")
	s := serve(t, conns.Limits{Each: 8, Total: 20})
	for i := range 100 {
		s.dial(t, fmt.Sprintf("127.0.0.%d", 10+i%5), "GET / HTTP/1.1\r\nHost")
		if i%10 == 0 {
			a.Attempt(s.answered(t, "127.0.0.2"), "a quiet address is kept out after %d connections", i)
			a.Attempt(s.answered(t, "127.0.0.10"), "the address of slow connections is kept out after %d", i)
		}
	}
	a.Attempt(s.Open() <= 20, "%d connections are open, of at most 20", s.Open())
}

func TestAttackConnectionsThatAreBusy(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A7", "connections of one address with a request in hand")
	s := serve(t, conns.Limits{Each: 4, Total: 100})
	for range 4 {
		s.dial(t, "127.0.0.10", "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n")
		<-s.held
	}
	for range 10 {
		a.Attempt(!s.answered(t, "127.0.0.10"), "one address has more connections than its share")
		a.Attempt(s.answered(t, "127.0.0.2"), "a quiet address is kept out")
	}
}

// A trusted proxy may have any number of connections, because it serves many clients.
func TestProxiesAreNotCounted(t *testing.T) {
	t.Parallel()
	s := serve(t, conns.Limits{Each: 2, Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.10/32")}})
	for range 20 {
		s.dial(t, "127.0.0.10", "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n")
		<-s.held
	}
	if !s.answered(t, "127.0.0.10") || s.Open() != 0 {
		t.Errorf("a proxy is counted: %d", s.Open())
	}
}

// A connection that proved to belong to a service is no longer counted.
func TestForget(t *testing.T) {
	t.Parallel()
	lis, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	limited := conns.Limit(lis, conns.Limits{Each: 1})
	defer func() { _ = limited.Close() }()
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", limited.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		accepted, err := limited.Accept()
		if err != nil {
			t.Fatal(err)
		}
		c := accepted.(*conns.Conn)
		c.SetBusy(true)
		c.Forget()
	}
	if limited.Open() != 0 {
		t.Errorf("%d are counted", limited.Open())
	}
}
