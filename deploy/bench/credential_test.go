package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/deploy/node"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// BenchmarkCredentialRun measures a run through a link with a hidden credential: authorised, its use of the
// credential durable before the call, the answer guarded, and booked. It is compared with the provider itself,
// and with a reverse proxy that only adds a bearer token. Client, provider and proxy are in this process, so
// processor time includes theirs on all sides.
func BenchmarkCredentialRun(b *testing.B) {
	for _, c := range []struct {
		name        string
		connections int
		answer      int // bytes
		stores      func(*testing.B) func(*node.Config)
	}{
		{"embedded/1", 1, 1 << 10, nil},
		{"embedded/16", 16, 1 << 10, nil},
		{"embedded/64", 64, 1 << 10, nil},
		{"embedded/16-100KB", 16, 100 << 10, nil},
		{"redis+postgres/16", 16, 1 << 10, realStores},
	} {
		b.Run(c.name, func(b *testing.B) {
			p := newProvider(b, c.answer)
			change := []func(*node.Config){func(cfg *node.Config) { cfg.EgressAllow = []string{p.addr} }}
			if c.stores != nil {
				change = append(change, c.stores(b))
			}
			s := newHarness(b, change...)
			path := s.askingShare(b, p) + ":run"
			body, err := json.Marshal(object{"inputs": object{"question": "hi"}})
			must(b, err)
			compareCredential(b, map[string]*load{
				"":        newLoadOf(b, c.connections, s.addr, http.MethodPost, path, s.visitor, body),
				"proxy-":  newLoadOf(b, c.connections, p.newProxy(b), http.MethodPost, chatPath, "", chat),
				"direct-": newLoadOf(b, c.connections, p.addr, http.MethodPost, chatPath, p.secret, chat),
			})
		})
	}
}

// realStores are a Redis and a PostgreSQL that flushes each commit.
func realStores(b *testing.B) func(*node.Config) {
	redis := testkit.Redis(b)
	sharing, vault, registry := testkit.DurablePostgres(b), testkit.DurablePostgres(b), testkit.DurablePostgres(b)
	return func(c *node.Config) {
		c.SharingDB, c.VaultDB, c.RegistryDB = sharing, vault, registry
		c.SharingRedis, c.VaultRedis = redis, redis
	}
}

const chatPath = "/v1/chat/completions"

var chat = []byte(`{"model":"m","messages":[{"role":"user","content":"hi"}]}`)

// provider is an OpenAI-compatible server that wants a bearer token.
type provider struct{ addr, secret string }

// newProvider serves an answer of about the size. It answers 401 without the token.
func newProvider(tb testing.TB, size int) *provider {
	tb.Helper()
	p := &provider{secret: "sk-proj-4fQ9zLw7Xk2Rn8Vb1Tc6Yd3M"}
	words := strings.Repeat("the answer is long ", 1+size/19)[:max(16, size-320)]
	answer := fmt.Appendf(nil, `{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":`+
		`{"role":"assistant","content":%q},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":8,"total_tokens":17}}`, words)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if r.Header.Get("Authorization") != "Bearer "+p.secret {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer)
	}))
	tb.Cleanup(server.Close)
	p.addr = server.Listener.Addr().String()
	return p
}

// newProxy serves a reverse proxy that adds the token, and returns its address.
func (p *provider) newProxy(tb testing.TB) string {
	tb.Helper()
	to := &url.URL{Scheme: "http", Host: p.addr}
	transport := &http.Transport{MaxIdleConnsPerHost: 256}
	tb.Cleanup(transport.CloseIdleConnections)
	server := httptest.NewServer(&httputil.ReverseProxy{Transport: transport, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Header.Set("Authorization", "Bearer "+p.secret)
	}})
	tb.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// askingShare stores the token as a credential and returns the path of a link that uses it hidden.
func (s *harness) askingShare(tb testing.TB, p *provider) string {
	tb.Helper()
	origin := "http://" + p.addr
	must(tb, s.owner.Do(tb.Context(), http.MethodPost, "/v1/workspaces/bench/credentials", url.Values{"credentialId": {"llm"}},
		object{"provider": "openai_compatible", "value": p.secret, "hosts": []string{origin}}, nil))
	definition := fmt.Sprintf(`{"version": "1.0", "inputs": [{"type": "WorkflowParameter", "name": "question"}],
		"steps": [{"type": "roboflow_core/openai_compatible@v1", "name": "llm", "base_url": "%s/v1", "model_name": "m",
			"prompt": "$inputs.question", "api_key": "$credentials.llm"}],
		"outputs": [{"type": "JsonField", "name": "answer", "selector": "$steps.llm.output"}]}`, origin)
	limits := object{"runs": "1000000000", "visitorRuns": "1000000000", "credentialCalls": "10000000", "period": "PERIOD_DAY"}
	return s.share(tb, "asking", definition, object{"title": "bench", "credentialAccess": "CREDENTIAL_ACCESS_OWNER", "limits": limits})
}

// compareCredential alternates the loads and reports each under its prefix; the empty prefix is Keyhole's.
func compareCredential(b *testing.B, loads map[string]*load) {
	b.Helper()
	all, ratios := map[string]*sample{}, []float64{}
	for prefix, l := range loads {
		l.during(b, turn)
		all[prefix] = &sample{}
	}
	b.ResetTimer()
	for range rounds {
		rates := map[string]float64{}
		for prefix, l := range loads {
			one := l.during(b, turn)
			rates[prefix] = one.rate()
			all[prefix].add(one)
		}
		ratios = append(ratios, rates[""]/rates["proxy-"])
	}
	slices.Sort(ratios)
	for prefix, s := range all {
		b.ReportMetric(s.rate(), prefix+"req/s")
		b.ReportMetric(s.cost(), prefix+"cpu-µs/req")
		b.ReportMetric(milliseconds(s.wait(50)), prefix+"p50-ms")
		b.ReportMetric(milliseconds(s.wait(99)), prefix+"p99-ms")
	}
	b.ReportMetric(ratios[len(ratios)/2], "proxy-ratio")
	b.ReportMetric(0, "ns/op")
}
