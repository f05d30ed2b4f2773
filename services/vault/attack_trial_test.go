package vault_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/encoding/protojson"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// listener is a server that counts what arrives and answers as the test says.
type listener struct {
	*httptest.Server
	got    atomic.Int64
	answer atomic.Pointer[http.HandlerFunc]
}

func listen(t testing.TB) *listener {
	t.Helper()
	l := &listener{}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.got.Add(1)
		if f := l.answer.Load(); f != nil {
			(*f)(w, r)
		}
	}))
	t.Cleanup(l.Close)
	return l
}

func (l *listener) answers(f http.HandlerFunc) { l.answer.Store(&f) }

func (l *listener) address() string { return strings.TrimPrefix(l.URL, "http://") }

// at stores a credential for a provider, at a host.
func (n *tenant) at(t testing.TB, cid, provider, host string) string {
	t.Helper()
	c, err := n.r.public.CreateCredential(n.ctx, &vaultv1.CreateCredentialRequest{
		Parent: "workspaces/" + n.ws, CredentialId: cid, Credential: &vaultv1.Credential{Provider: provider, Value: canary, Hosts: []string{host}},
	})
	must(t, err)
	return c.GetName()
}

func (n *tenant) try(name string) (*vaultv1.TestCredentialResponse, error) {
	return n.r.public.TestCredential(n.ctx, &vaultv1.TestCredentialRequest{Name: name})
}

// TestAttackTestOfACredentialAtAnotherHost: the name of a provider on a credential for another host. The test call of
// the provider must not send the key there, and must not send it to the provider either.
func TestAttackTestOfACredentialAtAnotherHost(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A5", "a test call to a host that is not the provider's")
	evil := listen(t)
	in := newHarness(t, testkit.SQLite(t), "embedded:")
	in.allow = []string{evil.address()}
	n := in.start(t).tenant(t, "demo")
	for _, provider := range []string{"openai", "Anthropic", "gemini", "openrouter", "groq", "roboflow", "twilio", "generic", "slack", "nobody"} {
		got, err := n.try(n.at(t, strings.ToLower(provider), provider, evil.URL))
		a.Attempt(err == nil && got.GetOutcome() == vaultv1.TestOutcome_TEST_OUTCOME_NOT_TESTED && evil.got.Load() == 0, "%s: %v, %v, %d calls", provider, got, err, evil.got.Load())
	}
	if uses := n.r.events(t, n, "credential.test"); len(uses) != 0 {
		t.Errorf("tests without a call are in the log: %v", uses)
	}
}

// TestAttackTestOfACredentialRedirected: the provider redirects the test. The key must not follow, and nothing is fetched.
func TestAttackTestOfACredentialRedirected(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A5", "a test call that is redirected")
	provider, evil := listen(t), listen(t)
	in := newHarness(t, testkit.SQLite(t), "embedded:")
	in.allow = []string{provider.address(), evil.address()}
	n := in.start(t).tenant(t, "demo")
	name := n.at(t, "own", "openai_compatible", provider.URL)
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, to := range []string{evil.URL + "/v1/models", evil.URL, "//" + evil.address(), "http://169.254.169.254/latest"} {
			provider.answers(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", to)
				w.WriteHeader(status)
			})
			n.r.offset.Add(int64(testPause))
			got, err := n.try(name)
			a.Attempt(err == nil && got.GetOutcome() == vaultv1.TestOutcome_TEST_OUTCOME_UNCLEAR && evil.got.Load() == 0, "%d to %s: %v, %v", status, to, got, err)
		}
	}
}

// TestAttackTestOfACredentialEchoed: the provider repeats the key and sends text of its own, in every part of its
// answer. The reply has neither.
func TestAttackTestOfACredentialEchoed(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A5", "an answer to a test that repeats the key or has text of the provider")
	const words = "please visit evil.example"
	provider := listen(t)
	in := newHarness(t, testkit.SQLite(t), "embedded:")
	in.allow = []string{provider.address()}
	n := in.start(t).tenant(t, "demo")
	name := n.at(t, "own", "openai_compatible", provider.URL)
	for _, status := range []int{200, 400, 401, 403, 429, 500} {
		for where, write := range map[string]http.HandlerFunc{
			"body": func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(status)
				_, _ = w.Write([]byte(canary + words))
			},
			"header": func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-Request-Id", canary+words)
				w.WriteHeader(status)
			},
			"type": func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", canary+words)
				w.WriteHeader(status)
			},
			"flood": func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(status)
				_, _ = w.Write([]byte(strings.Repeat(words, 1<<16) + canary))
			},
		} {
			provider.answers(write)
			n.r.offset.Add(int64(testPause))
			got, err := n.try(name)
			text := fmt.Sprint(protojson.Format(got), err)
			a.Attempt(err == nil && !strings.Contains(text, canary) && !strings.Contains(text, words), "%d, %s: %s", status, where, text)
		}
	}
	for _, e := range n.r.events(t, n, "credential.test") {
		if text := protojson.Format(e); strings.Contains(text, canary) || strings.Contains(text, words) {
			t.Errorf("the audit log has text of the answer: %s", text)
		}
	}
}

// TestAttackTestOfACredentialOfAnother: another workspace, a guest, the operator and a revoked key cannot test.
func TestAttackTestOfACredentialOfAnother(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A5", "a test of another workspace's credential")
	r := newHarness(t, testkit.SQLite(t), "embedded:").start(t)
	n, other := r.tenant(t, "demo"), r.tenant(t, "other")
	name, ghost := n.llm.GetName(), "workspaces/demo/credentials/nothing"
	said := func(as *tenant, name string) string {
		_, err := r.public.TestCredential(as.ctx, &vaultv1.TestCredentialRequest{Name: name})
		return strings.ReplaceAll(fmt.Sprint(err), name, "NAME")
	}
	a.Attempt(said(other, name) == said(other, ghost), "another workspace tells %q from %q", said(other, name), said(other, ghost))
	for who, ctx := range map[string]*tenant{"the operator": {ctx: r.asOperator()}, "a wrong key": {ctx: with("kh_wrong")}} {
		_, err := r.public.TestCredential(ctx.ctx, &vaultv1.TestCredentialRequest{Name: name})
		a.Attempt(err != nil, "%s may test", who)
	}
	a.Attempt(r.provider.Count() == 0, "the provider was called %d times", r.provider.Count())
}

// TestAttackTestsAreThrottled: a stolen session must not lock the owner's account at the provider.
func TestAttackTestsAreThrottled(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A5", "many tests of a credential")
	provider := listen(t)
	in := newHarness(t, testkit.SQLite(t), "embedded:")
	in.allow = []string{provider.address()}
	n := in.start(t).tenant(t, "demo")
	name := n.at(t, "own", "openai_compatible", provider.URL)
	for i := range 30 {
		_, err := n.try(name)
		if i >= 12 { // the burst is ten, and a slow machine earns one or two more
			a.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_RATE_LIMITED && errs.CodeOf(err) == codes.ResourceExhausted, "test %d: %v", i, err)
		}
	}
	if got := provider.got.Load(); got > 12 {
		t.Errorf("the provider was called %d times", got)
	}
}
