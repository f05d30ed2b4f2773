package e2e_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// hookServer receives webhooks. It records requests, and answers as the test says.
type hookServer struct {
	*httptest.Server
	mu     sync.Mutex
	came   []*http.Request
	answer http.HandlerFunc
}

func takeHooks(t *testing.T) *hookServer {
	s := &hookServer{answer: func(http.ResponseWriter, *http.Request) {}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.came = append(s.came, r)
		answer := s.answer
		s.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s
}

// answers changes the answer and drops the records.
func (s *hookServer) answers(with http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer, s.came = with, nil
}

func (s *hookServer) requests() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*http.Request(nil), s.came...)
}

// hook is a workflow that sends a webhook with a credential in a header.
func hook(url, method string) object {
	return object{
		"version": "1.0", "inputs": []any{},
		"steps": []any{object{
			"type": "roboflow_core/webhook_sink@v1", "name": "hook", "url": url, "method": method, "fire_and_forget": false,
			"cooldown_seconds": 0, "request_timeout": 10, "headers": object{"X-Key": "$credentials.hook"},
		}},
		"outputs": []any{object{"type": "JsonField", "name": "message", "selector": "$steps.hook.message"}},
	}
}

func (w *tenant) hookCredential(t testing.TB, url string) string {
	t.Helper()
	s := w.in.secret()
	w.post(t, w.path()+"/credentials?credentialId=hook", object{
		"provider": "webhook", "value": s, "hosts": []string{origin(url)}, "slotKind": "SLOT_KIND_HEADER", "slotName": "X-Key",
	})
	return s
}

// visitor is a member of another workspace, with an allowance that no other case uses.
func (in *installation) visitor(t testing.TB) *tenant {
	t.Helper()
	w := in.tenant(t)
	w.visitor = true
	return w
}

// kept is the number of connections that the provider keeps open.
const kept = 12

// webhooks sends hidden headers to a server that closes connections, and to one that
// redirects the caller.
func webhooks(t *testing.T, in *installation) {
	t.Run("TestAttackKeptConnections", func(t *testing.T) { t.Parallel(); keptConnections(t, in) })
	t.Run("TestAttackRedirects", func(t *testing.T) { t.Parallel(); redirects(t, in) })
}

// keptConnections: the provider keeps 12 connections, and closes each when it has read a
// request on it. It sees one request for each call, and so does the ledger.
func keptConnections(t *testing.T, in *installation) {
	a := attack.New(t, "A1", "webhooks over kept connections that close, "+string(in.kind))
	server, w, visitor := takeHooks(t), in.tenant(t), in.visitor(t)
	w.hookCredential(t, server.URL)
	for _, method := range []string{"GET", "POST", "PUT"} {
		flow := w.workflow(t, "hook-"+strings.ToLower(method), hook(server.URL+"/hook", method))
		settings := hidden()
		settings["sinksEnabled"] = true
		_, token := w.share(t, flow, settings)
		var together sync.WaitGroup
		together.Add(kept)
		server.answers(func(http.ResponseWriter, *http.Request) {
			together.Done()
			all := make(chan struct{})
			go func() { together.Wait(); close(all) }()
			select {
			case <-all:
			case <-time.After(3 * time.Second): // for a busy machine
			}
		})
		var runs sync.WaitGroup
		for range kept {
			runs.Go(func() { w.call(t, http.MethodPost, flow+":run", object{}) })
		}
		runs.Wait()
		server.answers(func(w http.ResponseWriter, _ *http.Request) {
			if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
				_ = c.Close()
			}
		})
		r := visitor.shared(t, token, object{})
		if r.status != http.StatusOK || !strings.Contains(r.text("outputs.0.message"), "Failed to send") {
			t.Errorf("%s: %s", method, r)
		}
		n := len(server.requests())
		a.Attempt(n <= 1, "%s: %d requests for one call", method, n)
		ledger := int64(0)
		for _, charge := range r.list("charges") {
			if at(charge, "kind") == "credential" {
				ledger += number(at(charge, "quantity"))
			}
		}
		if n != 1 || ledger != 1 {
			t.Errorf("%s: %d requests, and the ledger has %d", method, n, ledger)
		}
	}
}

// redirects: the provider redirects a call with a hidden header to itself and to another
// server.
func redirects(t *testing.T, in *installation) {
	a := attack.New(t, "B3", "a redirect takes a hidden header along, "+string(in.kind))
	server, other, w, visitor := takeHooks(t), takeHooks(t), in.tenant(t), in.visitor(t)
	secret := w.hookCredential(t, server.URL)
	flow := w.workflow(t, "hook", hook(server.URL+"/hook", http.MethodPost))
	settings := hidden()
	settings["sinksEnabled"] = true
	_, token := w.share(t, flow, settings)
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, to := range []*hookServer{server, other} {
			other.answers(func(http.ResponseWriter, *http.Request) {})
			server.answers(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/hook" {
					http.Redirect(w, r, to.URL+"/done", status)
				}
			})
			r := visitor.shared(t, token, object{})
			want, wanted := "Notification sent successfully", 2
			if status >= 307 {
				want = fmt.Sprintf("the server answered %d and points to %s; not followed", status, strings.TrimPrefix(to.URL, "http://"))
				wanted = 1
			}
			if !strings.HasSuffix(r.text("outputs.0.message"), want) {
				t.Errorf("%d: %s", status, r)
			}
			came := append(server.requests(), other.requests()...)
			if other := to == other && wanted == 2; len(came) != wanted || other && came[1].URL.Path != "/done" {
				t.Errorf("%d: %d requests", status, len(came))
				continue
			}
			if came[0].Header.Get("X-Key") != secret {
				t.Errorf("%d: the first request has no credential", status)
			}
			for _, next := range came[1:] {
				a.Attempt(next.Method == http.MethodGet && next.Header.Get("X-Key") == "", "%d: %s with %v", status, next.Method, next.Header)
			}
			a.Attempt(len(came) == wanted, "%d: %d requests", status, len(came))
		}
	}
	rows := 0
	for _, e := range w.get(t, w.path()+"/audit?pageSize=100").list("events") {
		if at(e, "action") == "redirect.followed" {
			rows++
		}
	}
	if rows != 6 {
		t.Errorf("the audit log has %d redirects", rows)
	}
}
