package egress

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
	"github.com/keyhole-dev/keyhole/services/vault/guard"
)

// wireMethods are the methods that a client might repeat, and those that it must not.
var wireMethods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

// plainly sends no credential, like fetches of pictures and plain webhooks.
const plainly = "plain "

// wireBodies are the bodies of requests: none, one of known length, one that is streamed;
// each with and without a credential.
var wireBodies = map[string]func() io.Reader{
	"no body":           func() io.Reader { return nil },
	"body":              func() io.Reader { return strings.NewReader("{}") },
	"stream":            func() io.Reader { return bytes.NewReader(make([]byte, prefetchBytes+10)) },
	plainly + "no body": func() io.Reader { return nil },
	plainly + "body":    func() io.Reader { return strings.NewReader("{}") },
	plainly + "stream":  func() io.Reader { return bytes.NewReader(make([]byte, prefetchBytes+10)) },
}

// However a provider ends a request on a reused connection, the request arrives once.
func TestAttackOneIntentOneWrite(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		protocol, first string
		endings         []string
	}{
		"h1":          {"", "/ok/first", names1()},
		"h1 over TLS": {"http/1.1", "/ok/first", names1()},
		"h2":          {"h2", "/status-200/first", endings2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := attack.New(t, "A1", "one intent, one write: "+name)
			s := wireServer(t, tc.protocol)
			c := client(t, []string{s.Addr().String()})
			for _, how := range tc.endings {
				for _, method := range wireMethods {
					for kind, body := range wireBodies {
						path := "/" + how + "/" + method + "/" + strings.ReplaceAll(kind, " ", "-")
						send(t, c, "GET", s.url(tc.first), nil)
						if strings.HasPrefix(kind, plainly) {
							ask(t, c, Request{
								Method: method, URL: s.url(path), Body: body(), FollowRedirects: true,
								Header: http.Header{"Idempotency-Key": {"x"}, "Expect": {"100-continue"}},
							})
						} else {
							send(t, c, method, s.url(path), body())
						}
						send(t, c, "GET", s.url(tc.first), nil) // the next request does not carry the previous one
						n := s.count(path)
						a.Attempt(n <= 1, "%s, %s, %s, %s: %d requests", name, how, method, kind, n)
						if want := 1; method != "OPTIONS" && n < want {
							t.Errorf("%s, %s, %s: nothing arrived", how, method, kind)
						}
					}
				}
			}
		})
	}
}

// canaryGuard is compiled once: it takes milliseconds, and there are thousands of calls.
var canaryGuard = sync.OnceValue(func() *guard.Set {
	set, _ := guard.New(secret.FromString(canary))
	return set
})

func names1() []string {
	var names []string
	for how := range endings1 {
		names = append(names, how, "early-"+how)
	}
	return names
}

// send makes one call with a hidden header and the headers that make clients repeat a
// request. It reads the answer and ignores it.
func send(t *testing.T, c *Client, method, url string, body io.Reader) {
	t.Helper()
	d, err := DestinationOf(url)
	if err != nil {
		t.Fatal(err)
	}
	ask(t, c, Request{
		Method: method, URL: url, Body: body, Destinations: []Destination{d},
		Header: http.Header{"Idempotency-Key": {"x"}, "X-Idempotency-Key": {"x"}},
		Slots:  Slots{&Slot{Kind: Header, Name: "X-Key", Secret: secret.FromString(canary)}},
		Guard:  canaryGuard(),
	})
}

// ask makes a call and reads the answer, whatever it is.
func ask(t *testing.T, c *Client, req Request) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	resp, err := c.Do(ctx, req)
	if err != nil {
		if k := asError(t, err).Kind; k == Timeout {
			t.Errorf("%s %s: %v", req.Method, req.URL, err)
		}
		return
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
}

// Twelve connections are idle, and the provider closes each after it reads a request. The
// request is not tried on one after the other.
func TestAttackManyKeptConnections(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"", "http/1.1"} {
		a := attack.New(t, "A1", "12 kept connections, closed one by one, "+protocol)
		s := wireServer(t, protocol)
		c := client(t, []string{s.Addr().String()})
		for _, method := range wireMethods {
			keep(t, c, s, 12) // none has carried a request yet
			path := "/close/" + method
			send(t, c, method, s.url(path), nil)
			a.Attempt(s.count(path) <= 1, "%s: %d requests for one call", method, s.count(path))
		}
	}
}

// keep opens connections until the given number is open and idle.
func keep(t *testing.T, c *Client, s *wire, n int) {
	t.Helper()
	to, err := DestinationOf(s.url("/"))
	if err != nil {
		t.Fatal(err)
	}
	var lines []*connection
	for range n {
		l, err := c.pool.acquire(t.Context(), to)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	for _, l := range lines {
		l.conn.Release()
		c.pool.release(l)
	}
	if k := c.pool.usable(); k != n {
		t.Fatalf("%d connections are kept", k)
	}
}

// A connection that the provider closed while it was idle is replaced before anything is
// sent, so that the call succeeds.
func TestAClosedConnectionIsReplaced(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"", "http/1.1", "h2"} {
		s := wireServer(t, protocol)
		c := client(t, []string{s.Addr().String()})
		first, goodbye := "/ok/", "/ok-then-close/"
		if protocol == "h2" {
			first, goodbye = "/status-200/", "/okgoaway/"
		}
		for i := range 5 {
			send(t, c, "POST", s.url(fmt.Sprint(goodbye, i)), strings.NewReader("{}"))
			waitFor(t, func() bool { return c.pool.usable() == 0 })
			path := fmt.Sprint(first, i)
			if _, _, e := read(t, c, credentialed(t, s.url(path))); e != nil || s.count(path) != 1 {
				t.Errorf("%s: %v, %d requests", protocol, e, s.count(path))
			}
		}
	}
}

// usable counts the connections that can be reused.
func (p *pool) usable() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, lines := range p.ready {
		for _, l := range lines {
			if l.conn.Available() > 0 {
				n++
			}
		}
	}
	return n
}

func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !done(); {
		if time.Now().After(end) {
			t.Fatal("it does not happen")
		}
		time.Sleep(time.Millisecond)
	}
}
