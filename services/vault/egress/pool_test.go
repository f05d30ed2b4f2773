package egress

import (
	"net/http"
	"strings"
	"sync"
	"testing"
)

// Sequential calls use one connection, whatever the answers are.
func TestConnectionsAreReused(t *testing.T) {
	t.Parallel()
	answer := func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/empty":
			w.WriteHeader(http.StatusNoContent)
		case "/error":
			http.Error(w, "no", http.StatusTooManyRequests)
		default:
			hello(w, r)
		}
	}
	for what, s := range map[string]*server{"h1": serve(t, answer), "h2": serveTLS(t, answer)} {
		c := client(t, []string{s.hostPort()})
		for range 5 {
			for _, path := range []string{"/", "/empty", "/error"} {
				for _, method := range []string{"GET", "HEAD", "POST"} {
					req := credentialed(t, s.URL+path)
					req.Method, req.Guard = method, canaryGuard()
					if method == "POST" {
						req.Body = strings.NewReader("{}")
					}
					if _, _, e := read(t, c, req); e != nil {
						t.Errorf("%s: %s %s: %v", what, method, path, e)
					}
				}
			}
		}
		if n := s.connections.Load(); n != 1 {
			t.Errorf("%s: %d connections for %d calls", what, n, s.requests.Load())
		}
	}
}

// Concurrent calls over HTTP/2 share connections. Over HTTP/1.1 each has its own, and only
// some are kept.
func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	const together = maxIdleEach + 8
	for what, secure := range map[string]bool{"h1": false, "h2": true} {
		var arrived sync.WaitGroup
		arrived.Add(together)
		s := start(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/together" {
				arrived.Done()
				arrived.Wait()
			}
			hello(w, r)
		}, secure, "")
		c := client(t, []string{s.hostPort()})
		if _, _, e := read(t, c, credentialed(t, s.URL)); e != nil {
			t.Fatal(e)
		}
		var calls sync.WaitGroup
		for range together {
			calls.Go(func() {
				req := credentialed(t, s.URL+"/together")
				req.Guard = canaryGuard()
				if _, _, e := read(t, c, req); e != nil {
					t.Errorf("%s: %v", what, e)
				}
			})
		}
		calls.Wait()
		most, kept := int64(together), maxIdleEach
		if secure {
			most, kept = 1, 1
		}
		if n := s.connections.Load(); n > most {
			t.Errorf("%s: %d connections for %d calls", what, n, together)
		}
		if n := c.pool.usable(); n != kept {
			t.Errorf("%s: %d connections are kept", what, n)
		}
		c.Close()
		if n := c.pool.usable(); n != 0 {
			t.Errorf("%s: %d connections are left", what, n)
		}
	}
}
