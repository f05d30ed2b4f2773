package egress

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/google/go-cmp/cmp"
)

func zip(s string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	return b.Bytes()
}

// No part of the secret leaves, wherever a provider echoes it.
func TestReflection(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		echo http.HandlerFunc
		cut  bool
	}{
		"body": {func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Header.Get("Authorization")) }, true},
		"error page": {func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, `{"error":"wrong key `+r.Header.Get("Authorization")+`"}`, http.StatusUnauthorized)
		}, true},
		"listed header": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Request-Id", r.Header.Get("Authorization"))
		}, true},
		"other headers": {func(w http.ResponseWriter, r *http.Request) {
			a := r.Header.Get("Authorization")
			w.Header().Set("X-Echo", a)
			w.Header().Set("Www-Authenticate", "Bearer realm="+a)
			w.Header().Set("Set-Cookie", "k="+a)
			w.Header().Set("Refresh", "0; url=https://evil/"+a)
			w.Header().Set("Link", "<"+a+">")
			w.Header().Set("Alt-Svc", a)
			w.WriteHeader(401)
		}, false},
		"trailer": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Trailer", "X-Echo")
			_, _ = io.WriteString(w, "body")
			w.Header().Set("X-Echo", r.Header.Get("Authorization"))
		}, false},
		"103": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Link", r.Header.Get("Authorization"))
			w.WriteHeader(103)
			w.Header().Del("Link")
			_, _ = io.WriteString(w, "body")
		}, false},
		"redirect": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "https://evil.example.org/?"+r.Header.Get("Authorization"))
			w.WriteHeader(302)
		}, false},
		"gzip": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(zip("a" + r.Header.Get("Authorization")))
		}, true},
		"an encoding on two lines": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Add("Content-Encoding", "identity")
			w.Header().Add("Content-Encoding", "br")
			b := brotli.NewWriter(w)
			_, _ = io.WriteString(b, "a"+r.Header.Get("Authorization"))
			_ = b.Close()
		}, true},
		"brotli without saying so": {func(w http.ResponseWriter, r *http.Request) {
			b := brotli.NewWriter(w)
			_, _ = io.WriteString(b, "this is the key: "+r.Header.Get("Authorization"))
			_ = b.Close()
		}, true},
		"byte by byte": {func(w http.ResponseWriter, r *http.Request) {
			for _, b := range []byte("data: " + r.Header.Get("Authorization") + "\n\n") {
				_, _ = w.Write([]byte{b})
				w.(http.Flusher).Flush()
			}
		}, true},
		"split by lines": {func(w http.ResponseWriter, r *http.Request) {
			a := r.Header.Get("Authorization")
			_, _ = io.WriteString(w, a[:30]+"\n"+a[30:])
		}, true},
	} {
		for _, s := range []*server{serve(t, tc.echo), serveTLS(t, tc.echo)} {
			req := credentialed(t, s.URL)
			hits := 0
			req.OnReflected = func() { hits++ }
			resp, body, e := read(t, client(t, []string{s.hostPort()}), req)
			if tc.cut {
				wantKind(t, name, e, Reflected)
			} else if e != nil {
				t.Errorf("%s: %v", name, e)
			}
			if (hits == 1) != tc.cut {
				t.Errorf("%s: the vault got %d reports", name, hits)
			}
			if out := fmt.Sprintf("%+v %s", resp, body); strings.Contains(out, canary[8:16]) {
				t.Errorf("%s: %s got out", name, out)
			}
			if s.requests.Load() != 1 {
				t.Errorf("%s: %d requests", name, s.requests.Load())
			}
		}
	}
}

// net/http quotes the status line or header that it rejects.
func TestReflectionInBrokenHTTP(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{
		canary + "\r\n\r\n", "HTTP/1.1 " + canary + "\r\n\r\n", "HTTP/1.1 200 " + canary + "\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\n" + canary + "\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: " + canary + "\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + canary + "\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + canary + "\r\n", "HTTP/1.1 101 " + canary + "\r\nUpgrade: " + canary + "\r\nConnection: Upgrade\r\n\r\n" + canary,
		"HTTP/1.1 200 OK\r\nContent-Encoding: " + canary + "\r\n\r\nx", "",
	} {
		addr := raw(t, func(c net.Conn) { _, _ = io.WriteString(c, answer) })
		resp, body, e := read(t, client(t, []string{addr}), credentialed(t, "http://"+addr))
		// read fails the test when the error holds the canary.
		if out := fmt.Sprintf("%+v %s", resp, body); strings.Contains(out, canary[8:16]) {
			t.Errorf("%q: %s got out", answer, out)
		}
		if e == nil && !strings.HasPrefix(answer, "HTTP/1.1 200 "+canary) {
			t.Errorf("%q is taken for an answer", answer)
		}
	}
}

func TestOnlyListedHeadersGetOut(t *testing.T) {
	t.Parallel()
	s := serveTLS(t, func(w http.ResponseWriter, _ *http.Request) {
		for _, h := range []string{"Content-Type", "Retry-After", "X-Request-Id", "X-Ratelimit-Limit-Requests", "Set-Cookie", "Server", "X-Anything", "Location", "Date", "Access-Control-Allow-Origin"} {
			w.Header().Set(h, "v")
		}
		w.WriteHeader(429)
	})
	resp, _, e := read(t, client(t, []string{s.hostPort()}), credentialed(t, s.URL))
	if e != nil {
		t.Fatal(e)
	}
	want := http.Header{"Content-Type": {"v"}, "Retry-After": {"v"}, "X-Request-Id": {"v"}, "X-Ratelimit-Limit-Requests": {"v"}}
	if diff := cmp.Diff(want, resp.Header); diff != "" || resp.Status != 429 {
		t.Errorf("status %d\n%s", resp.Status, diff)
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	goal := serveTLS(t, hello)
	plain := serve(t, hello)
	var location string
	s := serveTLS(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/relative-goal" {
			hello(w, r)
			return
		}
		w.Header().Set("Location", location)
		w.WriteHeader(302)
	})
	allow := []string{s.hostPort(), goal.hostPort(), plain.hostPort()}
	for to, want := range map[string]Kind{
		goal.URL + "/x#part": 0, "/relative-goal": 0, plain.URL: RefusedRedirect, "http://169.254.169.254/latest/meta-data": RefusedRedirect, "https://169.254.169.254/": RefusedAddress,
		"https://127.0.0.1:1/": RefusedAddress, "https://localhost/": RefusedAddress, "/again": RefusedRedirect, "file:///etc/passwd": RefusedRedirect, "https://u:p@" + goal.hostPort(): RefusedRedirect,
		"https://2130706433/": RefusedRedirect, "https://[": RefusedRedirect, "gopher://x": RefusedRedirect,
	} {
		location = to
		before := s.requests.Load()
		_, body, e := read(t, client(t, allow), Request{Method: "GET", URL: s.URL, FollowRedirects: true})
		if want == 0 && (e != nil || body != "hello") || want != 0 && (e == nil || e.Kind != want) {
			t.Errorf("%q: %q, %v", to, body, e)
		}
		if n := s.requests.Load() - before; n > maxRedirects+1 {
			t.Errorf("%q: %d requests", to, n)
		}
		// If following is off, or the redirect of a request with effects is not allowed,
		// the answer is returned unchanged.
		goals, allowed := goal.requests.Load(), int64(0)
		for _, req := range []Request{credentialed(t, s.URL), {Method: "GET", URL: s.URL}, {Method: "POST", URL: s.URL, FollowRedirects: true}} {
			req.FollowRedirects = req.FollowRedirects || len(req.Slots) > 0
			resp, _, e := read(t, client(t, allow), req)
			if want == 0 && req.FollowRedirects {
				allowed++
				if e != nil || resp.Status != 200 {
					t.Errorf("%q: %+v, %v", to, resp, e)
				}
			} else if e != nil || resp.Status != 302 || resp.Header.Get("Location") != "" {
				t.Errorf("%q not followed: %+v, %v", to, resp, e)
			}
		}
		if n := goal.requests.Load() - goals; n > allowed {
			t.Errorf("%q was followed %d times", to, n)
		}
	}
	if plain.connections.Load() != 0 {
		t.Error("a redirect led from https to http")
	}
}

func TestRedirectDropsTheCallersOwnSecrets(t *testing.T) {
	t.Parallel()
	goal, last := record(t)
	s := serveTLS(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, goal.URL, http.StatusFound) })
	h := http.Header{"Authorization": {"mine"}, "Cookie": {"mine"}, "X-Token": {"mine"}, "Accept-Language": {"kept"}}
	if _, _, e := read(t, client(t, []string{s.hostPort(), goal.hostPort()}), Request{Method: "GET", URL: s.URL, Header: h, FollowRedirects: true}); e != nil {
		t.Fatal(e)
	}
	if last.Header.Get("Authorization")+last.Header.Get("Cookie")+last.Header.Get("X-Token") != "" || last.Header.Get("Accept-Language") != "kept" {
		t.Errorf("the other host got %v", last.Header)
	}
}

func TestSizes(t *testing.T) {
	t.Parallel()
	const limit = 1 << 20
	big := strings.Repeat("0", 4*limit)
	pack := func(w http.ResponseWriter, text string) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(zip(text))
	}
	for name, tc := range map[string]struct {
		h    http.HandlerFunc
		want Kind
	}{
		"at the limit":     {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, big[:limit]) }, 0},
		"announced":        {func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", fmt.Sprint(len(big))) }, TooLarge},
		"chunked":          {func(w http.ResponseWriter, _ *http.Request) { w.(http.Flusher).Flush(); _, _ = io.WriteString(w, big) }, TooLarge},
		"bomb":             {func(w http.ResponseWriter, _ *http.Request) { pack(w, big) }, TooLarge},
		"packed, in limit": {func(w http.ResponseWriter, _ *http.Request) { pack(w, big[:limit]) }, 0},
		"empty archives": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bytes.Repeat(zip(""), 100_000)) // 2 MB that decompress to nothing
		}, TooLarge},
		"headers": {func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", big[:limit]) }, Unreachable},
	} {
		s := serveTLS(t, tc.h)
		_, body, e := read(t, client(t, []string{s.hostPort()}), credentialed(t, s.URL))
		if tc.want == 0 && (e != nil || len(body) != limit) || tc.want != 0 && (e == nil || e.Kind != tc.want) {
			t.Errorf("%s: %d bytes, %v (%s)", name, len(body), e, kindOf(e))
		}
	}
	s := serveTLS(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, big[:2000]) })
	req := credentialed(t, s.URL)
	req.MaxResponseBytes = 1999
	_, _, e := read(t, client(t, []string{s.hostPort()}), req)
	wantKind(t, "the caller's limit", e, TooLarge)
}

// endlessHeaders sends headers without end; 1xx answers count as such.
func TestEndlessHeaders(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{"headers": "X-A: b\r\n", "informational": "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"} {
		addr := raw(t, func(c net.Conn) {
			if name == "headers" {
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n")
			}
			for {
				if _, err := io.WriteString(c, line); err != nil {
					return
				}
			}
		})
		_, _, e := read(t, client(t, []string{addr}), credentialed(t, "http://"+addr))
		wantKind(t, name, e, Unreachable)
	}
}

func TestDeadlines(t *testing.T) {
	t.Parallel()
	wait := func(c net.Conn) { _, _ = c.Read(make([]byte, 1)) } // until the other side closes
	head := "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
	for name, tc := range map[string]struct {
		do     func(net.Conn)
		change func(*Config)
	}{
		"no answer": {wait, func(c *Config) { c.HeaderTimeout, c.DialTimeout = 50*time.Millisecond, 50*time.Millisecond }},
		"stalls":    {func(c net.Conn) { _, _ = io.WriteString(c, head+"abc"); wait(c) }, func(c *Config) { c.IdleTimeout = 50 * time.Millisecond }},
		"drips": {func(c net.Conn) {
			_, _ = io.WriteString(c, head)
			for tick := time.NewTicker(5 * time.Millisecond); ; <-tick.C {
				if _, err := io.WriteString(c, "x"); err != nil {
					return
				}
			}
		}, func(c *Config) { c.TotalTimeout = 200 * time.Millisecond }},
	} {
		addr := raw(t, tc.do)
		_, _, e := read(t, client(t, []string{addr}, tc.change), credentialed(t, "http://"+addr))
		wantKind(t, name, e, Timeout)
	}
}

// Ending the context, as a revocation does, closes the connection: the provider sees it.
func TestCancelKillsTheConnection(t *testing.T) {
	t.Parallel()
	for _, begun := range []bool{false, true} {
		gone := make(chan struct{})
		arrived := make(chan struct{})
		addr := raw(t, func(c net.Conn) {
			if begun {
				_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\nfirst")
			}
			close(arrived)
			_, _ = c.Read(make([]byte, 1))
			close(gone)
		})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() { <-arrived; cancel() }()
		resp, err := client(t, []string{addr}).Do(ctx, credentialed(t, "http://"+addr))
		if err == nil {
			_, err = io.ReadAll(resp.Body)
		}
		wantKind(t, fmt.Sprint("answer begun: ", begun), asError(t, err), Canceled)
		select {
		case <-gone:
		case <-time.After(5 * time.Second):
			t.Error("the connection is still open")
		}
		if resp != nil {
			_ = resp.Body.Close()
		}
	}
}

func TestCloseEndsTheCall(t *testing.T) {
	t.Parallel()
	gone := make(chan struct{})
	addr := raw(t, func(c net.Conn) {
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\nfirst")
		_, _ = c.Read(make([]byte, 1))
		close(gone)
	})
	resp, err := client(t, []string{addr}).Do(t.Context(), credentialed(t, "http://"+addr))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	<-gone
	if _, err := resp.Body.Read(make([]byte, 1)); asError(t, err).Kind != Canceled {
		t.Errorf("read after close: %v", err)
	}
}

// An answer that ends early is an error, and shows nothing that was held back.
func TestResetInTheMiddle(t *testing.T) {
	t.Parallel()
	addr := raw(t, func(c net.Conn) {
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nthe beginning, then "+canary[:17])
		_ = c.(*net.TCPConn).SetLinger(0)
	})
	_, body, e := read(t, client(t, []string{addr}), credentialed(t, "http://"+addr))
	wantKind(t, "reset", e, Unreachable)
	if strings.Contains(body, canary[:12]) {
		t.Errorf("got %q", body)
	}
}

// Events are released one at a time, as they are sent.
func TestStreamsAreNotHeldBack(t *testing.T) {
	t.Parallel()
	next := make(chan struct{})
	s := serveTLS(t, func(w http.ResponseWriter, _ *http.Request) {
		for range 3 {
			_, _ = io.WriteString(w, "data: x\n\n")
			w.(http.Flusher).Flush()
			<-next
		}
	})
	resp, err := client(t, []string{s.hostPort()}).Do(t.Context(), credentialed(t, s.URL))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	buf := make([]byte, len("data: x\n\n"))
	for range 3 {
		if _, err := io.ReadFull(resp.Body, buf); err != nil {
			t.Fatal(err)
		}
		next <- struct{}{}
	}
	if _, err := resp.Body.Read(buf); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
}

// A body is sent while it is still being produced.
func TestUploadStreams(t *testing.T) {
	t.Parallel()
	first := make(chan struct{})
	s := serveTLS(t, func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.CopyN(io.Discard, r.Body, prefetchBytes); err == nil {
			close(first)
		}
		n, _ := io.Copy(io.Discard, r.Body)
		_, _ = fmt.Fprint(w, n)
	})
	pr, pw := io.Pipe()
	go func() {
		_, _ = pw.Write(make([]byte, prefetchBytes))
		_, _ = pw.Write(make([]byte, 100))
		<-first
		_, _ = pw.Write(make([]byte, 5))
		_ = pw.Close()
	}()
	req := credentialed(t, s.URL)
	req.Method, req.Body = "POST", pr
	if _, body, e := read(t, client(t, []string{s.hostPort()}), req); e != nil || body != "105" {
		t.Errorf("%q, %v", body, e)
	}
}
