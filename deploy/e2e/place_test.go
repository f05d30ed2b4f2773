package e2e_test

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// keptHook is a receiver of webhooks that records requests.
type keptHook struct {
	*httptest.Server
	mu  sync.Mutex
	got []received
}

// received is the deterministic part of a request.
type received struct {
	Target, Body string
	Header       http.Header
}

func newKept(t testing.TB) *keptHook {
	t.Helper()
	h := &keptHook{}
	h.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.got = append(h.got, received{r.URL.RequestURI(), string(body), r.Header.Clone()})
	}))
	t.Cleanup(h.Close)
	return h
}

// last returns the requests since the last call.
func (h *keptHook) last() []received {
	h.mu.Lock()
	defer h.mu.Unlock()
	got := h.got
	h.got = nil
	return got
}

// posts is a workflow with one webhook.
func posts(fields object) object {
	step := object{"type": "roboflow_core/webhook_sink@v1", "name": "w", "method": "POST", "fire_and_forget": false, "cooldown_seconds": 0}
	for k, v := range fields {
		step[k] = v
	}
	return object{
		"version": "1.0", "inputs": []any{}, "steps": []any{step},
		"outputs": []any{object{"type": "JsonField", "name": "o", "selector": "$steps.w.error_status"}},
	}
}

// TestSavedSecretsArriveAsInline runs each definition inline, saves it and runs it. The
// receiver must get the same bytes, and the saved definition must not hold the secret.
func TestSavedSecretsArriveAsInline(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, k kind) {
		in := install(t, k, options{})
		owner, h := in.tenant(t), newKept(t)
		s := func() string { return in.secret() }
		cases := map[string]object{
			"own header":      {"headers": object{"X-API-Key": s()}},
			"bearer":          {"headers": object{"Authorization": "Bearer " + s()}},
			"small letters":   {"headers": object{"authorization": "bearer " + s()}},
			"bot":             {"headers": object{"Authorization": "Bot " + s()}},
			"basic":           {"headers": object{"Authorization": "Basic dXNlcjpwYXNzd29yZDE="}},
			"no basic":        {"headers": object{"Authorization": "Basic bm9jb2xvbmluaGVyZTEyMzQ1"}},
			"a key as user":   {"headers": object{"Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte(s()+":x-oauth-basic"))}},
			"two words":       {"headers": object{"Authorization": "Token token=" + s() + ", x=y"}},
			"cookie":          {"headers": object{"Cookie": "sid=" + s() + "; theme=dark"}},
			"query":           {"query_parameters": object{"key": s(), "a": "b c"}},
			"header and more": {"headers": object{"X-API-Key": s(), "Authorization": "Bearer " + s()}, "query_parameters": object{"token": s()}},
			"body":            {"json_payload": object{"token": s(), "text": "hello"}, "headers": object{"X-API-Key": s()}},
			"address":         {"url": h.URL + "/services/T00000000/" + s() + "?a=b"},
			"address and key": {"url": h.URL + "/bot123:" + s() + "/send", "headers": object{"X-API-Key": s()}, "query_parameters": object{"x": "y"}},
		}
		for name, fields := range cases {
			if fields["url"] == nil {
				fields["url"] = h.URL + "/hook?a=b"
			}
			definition := posts(fields)
			inline := owner.call(t, http.MethodPost, "/workflows/run", object{"specification": definition, "inputs": object{}, "api_key": owner.key})
			want := h.last()
			if inline.status != http.StatusOK || len(want) != 1 {
				t.Fatalf("%s, inline: %s, %d requests", name, inline, len(want))
			}
			id := strings.ReplaceAll(name, " ", "-")
			saved := owner.post(t, owner.path()+"/workflows?workflowId="+id, object{"title": id, "definition": definition})
			if strings.Contains(string(saved.body), "sk-canary-") || strings.Contains(string(saved.body), "dXNlcjpw") {
				t.Errorf("%s: saved as %s", name, saved)
			}
			r := owner.call(t, http.MethodPost, owner.path()+"/workflows/"+id+":run", object{"inputs": object{}})
			got := h.last()
			if diff := cmp.Diff(want, got); diff != "" || r.status != http.StatusOK {
				t.Errorf("%s: %s\n%s\nsaved as %s", name, r, diff, saved)
			}
		}
		t.Run("a link", func(t *testing.T) { in.sharedHook(t, owner, h) })
		t.Run("an input after a prefix", func(t *testing.T) { in.prefixedInput(t, owner, h) })
	})
}

// sharedHook shares an address and a header that are secrets: hidden, and as the visitor's
// inputs.
func (in *installation) sharedHook(t *testing.T, owner *tenant, h *keptHook) {
	path, key := "/services/T00000000/"+in.secret(), in.secret()
	owner.workflow(t, "hidden", posts(object{"url": h.URL + path, "headers": object{"Authorization": "Bearer " + key}}))
	settings := hidden()
	settings["sinksEnabled"] = true
	_, token := owner.share(t, owner.path()+"/workflows/hidden", settings)
	if r := in.guest().shared(t, token, object{}); r.status != http.StatusOK {
		t.Fatalf("hidden: %s", r)
	}
	got := h.last()
	if len(got) != 1 || got[0].Target != path || got[0].Header.Get("Authorization") != "Bearer "+key {
		t.Errorf("hidden: the receiver got %+v", got)
	}
	view := in.guest().get(t, "/v1/shared/"+token)
	for _, part := range []string{h.URL + "/$credentials\"", `"Bearer $credentials"`} {
		if !strings.Contains(string(view.body), part) {
			t.Errorf("the view does not show %s: %s", part, view)
		}
	}
	_, token = owner.share(t, owner.path()+"/workflows/hidden", object{"sinksEnabled": true})
	own, visitor := "/services/of/"+in.secret(), in.tenant(t)
	visitor.visitor = true
	with := func(address string) object {
		return object{"inputs": object{"w_url": address, "w_headers_Authorization": key}}
	}
	r := visitor.shared(t, token, with("http://127.0.0.1:1"+own))
	wantRefusal(t, "a visitor's address at another host", r, http.StatusBadRequest, "INPUT_INVALID")
	if r := visitor.shared(t, token, with(h.URL+own)); r.status != http.StatusOK {
		t.Fatalf("brought: %s", r)
	}
	got = h.last()
	if len(got) != 1 || got[0].Target != own || !slices.Equal(got[0].Header["Authorization"], []string{"Bearer " + key}) {
		t.Errorf("brought: the receiver got %+v", got)
	}
	fork := visitor.post(t, "/v1/shared/"+token+":fork", object{"parent": visitor.name, "workflowId": "forked"})
	if !strings.Contains(string(fork.body), h.URL+"/$credentials\"") {
		t.Errorf("the fork is %s", fork)
	}
}

// prefixedInput uses a secret after a prefix: in an own run, and as a visitor.
func (in *installation) prefixedInput(t *testing.T, owner *tenant, h *keptHook) {
	definition := posts(object{"url": h.URL + "/hook", "headers": object{"Cookie": "sid=$inputs.session"}})
	definition["inputs"] = []any{object{"type": "WorkflowParameter", "name": "session"}}
	flow := owner.workflow(t, "prefixed", definition)
	_, token := owner.share(t, flow, object{"sinksEnabled": true})
	visitor := in.tenant(t)
	visitor.visitor = true
	for name, run := range map[string]func(object) reply{
		"own run": func(body object) reply { return owner.call(t, http.MethodPost, flow+":run", body) },
		"a link":  func(body object) reply { return visitor.shared(t, token, body) },
	} {
		secret := in.secret()
		r := run(object{"inputs": object{"session": secret}})
		got := h.last()
		if r.status != http.StatusOK || len(got) != 1 || !slices.Equal(got[0].Header["Cookie"], []string{"sid=" + secret}) {
			t.Errorf("%s: %s, and the receiver got %+v", name, r, got)
		}
	}
}
