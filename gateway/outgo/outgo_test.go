package outgo

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// served is a handler behind the bounds of addresses, on a socket.
type served struct {
	*Limiter
	*httptest.Server
}

func serve(t *testing.T, limits Limits, h2 bool, h http.HandlerFunc) *served {
	t.Helper()
	limiter := New(limits, func(r *http.Request) string {
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		return host
	})
	limiter.grace = time.Second
	s := &served{Limiter: limiter, Server: httptest.NewUnstartedServer(limiter.Bound(h))}
	if s.EnableHTTP2 = h2; h2 {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s
}

// from returns a client with its own loopback address.
func (s *served) from(t *testing.T, address string) *http.Client {
	t.Helper()
	transport := s.Client().Transport.(*http.Transport).Clone()
	transport.DialContext = (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}).DialContext
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// Large answers that nobody reads hold an address's share of memory, for a short time.
func TestAttackAnswersThatNobodyReads(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A7", "clients that do not read a 24 MB answer, in front of a quiet one")
	for _, h2 := range []bool{false, true} {
		var open atomic.Int64
		answer := make([]byte, 24<<20)
		s := serve(t, Limits{Answers: 128 << 20, Requests: 100}, h2, func(w http.ResponseWriter, _ *http.Request) {
			open.Add(1)
			defer open.Add(-1)
			_, _ = w.Write(answer)
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		hog := s.from(t, "127.0.0.10")
		for range 12 {
			r, _ := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
			reply, err := hog.Do(r)
			if err != nil { // it waited for memory too long
				continue
			}
			defer func() { _ = reply.Body.Close() }()
		}
		a.Attempt(s.answers.Used() <= 64<<20, "h2 %v: %d bytes of answers are held by one address", h2, s.answers.Used())
		for range 2 {
			r, _ := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
			reply, err := s.from(t, "127.0.0.2").Do(r)
			if err != nil {
				a.Attempt(false, "h2 %v: a quiet client: %v", h2, err)
				continue
			}
			n, err := io.Copy(io.Discard, reply.Body)
			_ = reply.Body.Close()
			a.Attempt(err == nil && n == int64(len(answer)), "h2 %v: a quiet client has %d bytes: %v", h2, n, err)
		}
		for open.Load() > 0 && ctx.Err() == nil {
			time.Sleep(10 * time.Millisecond)
		}
		a.Attempt(open.Load() == 0, "h2 %v: %d answers are held without end", h2, open.Load())
	}
}

func TestAttackRequestsOfOneAddress(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A7", "requests of one address that stay in hand, over HTTP/2")
	held, release := make(chan struct{}), make(chan struct{})
	s := serve(t, Limits{Answers: 1 << 20, Requests: 5}, true, func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hold" {
			held <- struct{}{}
			<-release
		}
	})
	defer close(release)
	hog, quiet := s.from(t, "127.0.0.10"), s.from(t, "127.0.0.2")
	for range 5 {
		go func() { _, _ = codeOf(t, hog, s.URL+"/hold") }()
		<-held
	}
	for range 10 {
		code, err := codeOf(t, hog, s.URL)
		a.Attempt(err == nil && code == http.StatusTooManyRequests, "a sixth request is answered with %d, %v", code, err)
		code, err = codeOf(t, quiet, s.URL)
		a.Attempt(err == nil && code == http.StatusOK, "a quiet client is answered with %d, %v", code, err)
	}
}

func codeOf(t *testing.T, c *http.Client, url string) (int, error) {
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	reply, err := c.Do(r)
	if err != nil {
		return 0, err
	}
	return reply.StatusCode, reply.Body.Close()
}

// A body that no handler reads ends with its request.
func TestAttackBodiesThatNobodyReads(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A7", "bodies that stall where none is read")
	s := serve(t, Limits{Answers: 1 << 20, Requests: 100}, false, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	for range 8 {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
		_, _ = io.WriteString(conn, "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"+strings.Repeat("x", 10))
		_, err = io.Copy(io.Discard, conn) // until the server ends the connection
		a.Attempt(err == nil, "the connection stays: %v", err)
	}
}
