package egress

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// stop is one request that a server received, as one text.
type stop struct{ method, path, all string }

// sendsOn is a server that answers /hook with a redirect and everything else with hello,
// and records its requests.
type sendsOn struct {
	*server
	mu       sync.Mutex
	status   int
	location func(*http.Request) string
	stops    []stop
}

func sending(t *testing.T) *sendsOn {
	t.Helper()
	s := &sendsOn{location: func(*http.Request) string { return "/done" }, status: http.StatusFound}
	s.server = serveTLS(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.stops = append(s.stops, stop{r.Method, r.URL.Path, fmt.Sprint(r.Header, r.URL.RawQuery, string(body), r.ContentLength)})
		status := s.status
		s.mu.Unlock()
		if r.URL.Path != "/hook" {
			hello(w, r)
			return
		}
		w.Header().Set("Location", s.location(r))
		w.WriteHeader(status)
	})
	return s
}

func (s *sendsOn) taken() []stop {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.stops
	s.stops = nil
	return all
}

// A redirect is a new request: without the credential and the body, and recorded before it
// is sent. A redirect that asks to repeat the first request is reported.
func TestAttackARedirectTakesNothingAlong(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "B3", "a redirect takes a credential, headers or a body along")
	first, other := sending(t), sending(t)
	c := client(t, []string{first.hostPort(), other.hostPort()})
	for _, slot := range []Slot{{Kind: Bearer}, {Kind: Header, Name: "X-Key"}, {Kind: Query, Name: "key"}, {Kind: Basic, Name: "user"}} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
				for _, to := range []*sendsOn{first, other} {
					req := credentialed(t, first.URL+"/hook?a=b")
					req.Method, req.FollowRedirects = method, true
					req.Slots = Slots{{Kind: slot.Kind, Name: slot.Name, Secret: secret.FromString(canary)}}
					req.Guard = canaryGuard()
					req.Header = http.Header{"X-Mine": {"words"}, "Content-Type": {"text/plain"}}
					if method != "GET" && method != "HEAD" {
						req.Body = strings.NewReader("words")
					}
					written := 0
					req.OnRedirect = func(int, Destination) error { written++; return nil }
					first.status, first.location = status, func(r *http.Request) string { return to.URL + "/done?" + r.URL.RawQuery }
					if slot.Kind != Query {
						first.location = func(*http.Request) string { return to.URL + "/done" }
					}
					resp, _, e := read(t, c, req)
					stops := append(first.taken(), other.taken()...)
					what := fmt.Sprintf("%s answered %d, slot %d, other server %v: ", method, status, slot.Kind, to == other)
					if e != nil {
						t.Errorf("%s%v", what, e)
						continue
					}
					if status >= 307 {
						to, _ := DestinationOf(to.URL)
						a.Attempt(len(stops) == 1 && written == 0, "%s%d requests", what, len(stops))
						if resp.Status != status || resp.Redirect == nil || *resp.Redirect != to {
							t.Errorf("%s%+v", what, resp)
						}
						continue
					}
					if len(stops) != 2 || resp.Status != 200 {
						t.Errorf("%s%d requests, status %d", what, len(stops), resp.Status)
						continue
					}
					wanted := "GET"
					if method == "HEAD" {
						wanted = "HEAD"
					}
					second := stops[1]
					a.Attempt(second.method == wanted && written == 1, "%s%s, written down %d times", what, second.method, written)
					a.Attempt(!strings.Contains(second.all, canary[8:20]), "%sthe credential went along: %s", what, second.all)
					a.Attempt(!strings.Contains(second.all, "words") && !strings.Contains(second.all, "text/plain"), "%sthe caller's went along: %s", what, second.all)
				}
			}
		}
	}
}

// A server that received the secret in a header copies it into the Location. The answer
// repeats the secret, so the redirect is not followed.
func TestALocationThatRepeatsTheSecretIsNotFollowed(t *testing.T) {
	t.Parallel()
	first, other := sending(t), sending(t)
	first.location = func(r *http.Request) string {
		return other.URL + "/?k=" + strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	}
	req := credentialed(t, first.URL+"/hook")
	req.FollowRedirects = true
	hits := 0
	req.OnReflected = func() { hits++ }
	_, _, e := read(t, client(t, []string{"127.0.0.0/8"}), req)
	wantKind(t, "the secret in a Location", e, Reflected)
	if n := len(other.taken()); n != 0 || hits != 1 {
		t.Errorf("%d requests, told %d times", n, hits)
	}
}

// A redirect that cannot be recorded is not followed.
func TestARedirectIsWrittenDownFirst(t *testing.T) {
	t.Parallel()
	first := sending(t)
	req := credentialed(t, first.URL+"/hook")
	req.FollowRedirects = true
	req.OnRedirect = func(int, Destination) error { return io.ErrUnexpectedEOF }
	_, _, e := read(t, client(t, []string{first.hostPort()}), req)
	wantKind(t, "a full disk", e, Canceled)
	if n := len(first.taken()); n != 1 {
		t.Errorf("%d requests", n)
	}
}

// A server that the operator did not list redirects a call to one that the operator listed.
func TestAttackARedirectFromOutsideReachesWhatIsListed(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "B3", "a redirect from a public server to what the operator lists")
	first, goal := sending(t), sending(t)
	// The first server has a public name only. Its loopback address stands for any address
	// on the internet.
	resolver, _ := testkit.DNS(t, func(string, int) []string { return []string{"127.0.0.1"} })
	c := client(t, []string{"127.0.0.0/8"}, func(c *Config) { c.Resolver = resolver })
	for _, to := range []string{
		goal.URL, "https://127.0.0.1:" + goal.port(), "https://example.com:" + goal.port(), "https://localhost:" + goal.port(), "https://169.254.169.254",
	} {
		// A connection that a direct call left open must not be reused either.
		if _, _, e := read(t, c, Request{Method: "GET", URL: "https://example.com:" + goal.port()}); e != nil {
			t.Fatal(e)
		}
		goal.taken()
		first.location = func(*http.Request) string { return to }
		for _, method := range []string{"GET", "POST"} {
			for _, slot := range []*Slot{nil, bearer()} {
				req := Request{Method: method, URL: "https://example.com:" + first.port() + "/hook", FollowRedirects: true}
				if slot != nil {
					req = credentialed(t, req.URL)
					req.Method, req.FollowRedirects, req.Guard = method, true, canaryGuard()
				}
				_, _, _ = read(t, c, req)
				a.Attempt(len(goal.taken()) == 0, "%s to %s arrived", method, to)
			}
		}
		if len(first.taken()) != 4 {
			t.Errorf("%s: the first server was not asked", to)
		}
	}
}
