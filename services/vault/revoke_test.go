package vault_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// When something that a running call depends on is revoked, the call ends within a second,
// on the replica that handled the revocation and on the other.
func TestRevocationEndsRunningCalls(t *testing.T) {
	t.Parallel()
	revocations := map[string]func(r *replica, n *tenant, c grant.Claims) error{
		"the run": func(r *replica, _ *tenant, c grant.Claims) error {
			_, err := r.sharer.EndRun(context.Background(), &vaultinternalv1.EndRunRequest{Run: c.Run})
			return err
		},
		"the key": func(r *replica, n *tenant, _ grant.Claims) error {
			_, err := r.public.DeleteKey(r.asOperator(), &vaultv1.DeleteKeyRequest{Name: n.key.GetName()})
			return err
		},
		"the credential": func(r *replica, n *tenant, _ grant.Claims) error {
			_, err := r.public.DeleteCredential(n.ctx, &vaultv1.DeleteCredentialRequest{Name: n.llm.GetName(), Force: true})
			return err
		},
		"the grant": func(r *replica, n *tenant, _ grant.Claims) error {
			_, err := r.sharer.DeleteCredentialGrant(context.Background(), &vaultinternalv1.DeleteCredentialGrantRequest{Share: n.share()})
			return err
		},
	}
	for name, revoke := range revocations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.Databases(t, func(t *testing.T, url string) {
				in := newHarness(t, url, "embedded:")
				first, second := in.start(t), in.start(t)
				n := first.tenant(t, "demo")
				n.open(t, 10)
				c := n.claims()
				token := n.sign(t, c)
				in.provider.Behave(testkit.Hang)
				ended := make(chan error, 2)
				for i, r := range []*replica{first, second} {
					h := r.mustIssue(t, token, "llm", int32(i+1))
					go func() {
						_, err := r.call(context.Background(), h)
						ended <- err
					}()
				}
				eventually(t, 10*time.Second, "both calls are at the provider", func() bool { return in.provider.Count() == 2 })
				must(t, revoke(first, n, c))
				limit := time.After(time.Second)
				for range 2 {
					select {
					case err := <-ended:
						refusedWith(t, err, errorsv1.Reason_REASON_RUN_REVOKED, codes.Aborted)
					case <-limit:
						t.Fatal("a call continues a second after its right has ended")
					}
				}
			})
		})
	}
}

// The same without messages from Redis: the other replica's polling alone finds it.
func TestRevocationWithoutMessages(t *testing.T) {
	t.Parallel()
	in := newHarness(t, testkit.Postgres(t), "embedded:")
	first := in.start(t)
	in.redis = nil // the second replica gets its own Redis, so it receives no message
	second := in.start(t)
	n := first.tenant(t, "demo")
	n.open(t, 10)
	in.provider.Behave(testkit.Hang)
	h := second.mustIssue(t, n.sign(t, n.claims()), "llm", 1)
	ended := make(chan error, 1)
	go func() {
		_, err := second.call(context.Background(), h)
		ended <- err
	}()
	eventually(t, 10*time.Second, "the call is at the provider", func() bool { return in.provider.Count() == 1 })
	_, err := first.sharer.DeleteCredentialGrant(context.Background(), &vaultinternalv1.DeleteCredentialGrantRequest{Share: n.share()})
	must(t, err)
	select {
	case err := <-ended:
		refusedWith(t, err, errorsv1.Reason_REASON_RUN_REVOKED, codes.Aborted)
	case <-time.After(time.Second):
		t.Fatal("the call continues a second after its right has ended")
	}
}

// For every way in which a provider sends the secret back, the runner gets the same answer
// as for a provider that disconnects, and the share is suspended until its owner resumes
// it.
func TestAReflectedSecretSuspendsTheShare(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]testkit.Behaviour{
		"401 with echo": testkit.EchoUnauthorized, "500 with headers": testkit.ServerError, "gzip": testkit.EchoGzip,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := newHarness(t, testkit.SQLite(t), "embedded:")
			r := in.start(t)
			n := r.tenant(t, "demo")
			n.open(t, 10)
			c := n.claims()
			token := n.sign(t, c)
			in.provider.Behave(how)
			a, err := r.call(context.Background(), r.mustIssue(t, token, "llm", 1))
			refusedWith(t, err, errorsv1.Reason_REASON_PROVIDER_FAILED, codes.Unavailable)
			withheld := err.Error()
			if strings.Contains(a.text(), canary) || strings.Contains(withheld, canary) {
				t.Fatal("the secret came back")
			}
			_, err = r.issue(token, "llm", 2) // the run retries, and its provider fails again
			refusedWith(t, err, errorsv1.Reason_REASON_PROVIDER_FAILED, codes.Unavailable)
			other := n.sign(t, n.claims())
			_, err = r.issue(other, "llm", 1)
			refusedWith(t, err, errorsv1.Reason_REASON_SHARE_PAUSED, codes.FailedPrecondition)
			if got := len(r.events(t, n, "answer.withheld")); got != 1 {
				t.Fatalf("the owner got %d events", got)
			}
			in.provider.Behave(testkit.Good)
			n.open(t, 11) // other limits do not count as a resume
			_, err = r.issue(other, "llm", 2)
			refusedWith(t, err, errorsv1.Reason_REASON_SHARE_PAUSED, codes.FailedPrecondition)
			must(t, n.put(n.owner, 10, true)) // the owner has resumed the share
			_, err = r.call(context.Background(), r.mustIssue(t, token, "llm", 3))
			must(t, err)
			in.provider.Behave(testkit.Reset)
			_, err = r.call(context.Background(), r.mustIssue(t, token, "llm", 4))
			if err == nil || err.Error() != withheld {
				t.Fatalf("a withheld answer (%v) can be told from one that broke off (%v)", withheld, err)
			}
		})
	}
}

func TestRedirectsCarryNoCredential(t *testing.T) {
	t.Parallel()
	in := newHarness(t, testkit.SQLite(t), "embedded:")
	evil := testkit.Provider(t)
	r := in.start(t)
	n := r.tenant(t, "demo")
	n.open(t, 10)
	in.provider.RedirectTo = evil.URL
	in.provider.Behave(testkit.Redirect)
	a, err := r.call(context.Background(), r.mustIssue(t, n.sign(t, n.claims()), "llm", 1))
	must(t, err)
	if a.status != 307 || evil.Count() != 0 || strings.Contains(a.text(), evil.URL) {
		t.Fatalf("status %d, %d calls at the redirect's target: %s", a.status, evil.Count(), a.text())
	}
}

func TestPlainFetches(t *testing.T) {
	t.Parallel()
	in := newHarness(t, testkit.SQLite(t), "embedded:")
	in.fetch = []string{in.address()}
	r := in.start(t)
	n := r.tenant(t, "demo")
	c := n.claims()
	token := n.sign(t, c)
	fetch := func(url, token string) (answer, error) {
		return r.egress(context.Background(), r.runner, &vaultinternalv1.EgressHead{Method: "GET", Url: url, Grant: token}, nil)
	}
	a, err := fetch(r.provider.URL, token)
	must(t, err)
	if a.status != 200 || len(r.provider.Calls()[0].Header["Authorization"]) != 0 {
		t.Fatalf("status %d, the provider got %v", a.status, r.provider.Calls())
	}
	for _, url := range []string{"http://169.254.169.254/latest/meta-data/", "http://127.0.0.1:1/", "https://localhost/", "https://[::]:443/"} {
		_, err := fetch(url, token)
		refusedWith(t, err, errorsv1.Reason_REASON_PROVIDER_FAILED, codes.Unavailable)
	}
	_, err = fetch("file:///etc/passwd", token)
	refusedWith(t, err, errorsv1.Reason_REASON_ADDRESS_REFUSED, codes.FailedPrecondition)
	_, err = fetch(r.provider.URL, "")
	refusedWith(t, err, errorsv1.Reason_REASON_INVALID_REQUEST, codes.InvalidArgument)
	_, err = fetch(r.provider.URL, token+"x")
	refusedWith(t, err, grantInvalid, codes.PermissionDenied)
	_, err = r.sharer.EndRun(context.Background(), &vaultinternalv1.EndRunRequest{Run: c.Run})
	must(t, err)
	_, err = fetch(r.provider.URL, token)
	refusedWith(t, err, grantInvalid, codes.PermissionDenied)
	if got := r.provider.Count(); got != 1 {
		t.Fatalf("%d calls were made", got)
	}
}

// A visitor chooses a picture's URL. It cannot reach what the operator has listed for the
// calls of steps, or use a connection that one of these has left open.
func TestAPictureIsNotFetchedFromWhatStepsMayCall(t *testing.T) {
	t.Parallel()
	r := newHarness(t, testkit.SQLite(t), "embedded:").start(t)
	n := r.tenant(t, "demo")
	token := n.sign(t, n.claims())
	head := func(step string) *vaultinternalv1.EgressHead {
		return &vaultinternalv1.EgressHead{Method: "GET", Url: r.provider.URL, Grant: token, Step: step}
	}
	a, err := r.egress(context.Background(), r.runner, head("webhook"), nil)
	must(t, err)
	if a.status != 200 {
		t.Fatalf("a step's call: status %d", a.status)
	}
	_, err = r.egress(context.Background(), r.runner, head(""), nil)
	refusedWith(t, err, errorsv1.Reason_REASON_PROVIDER_FAILED, codes.Unavailable)
	redirected := head("")
	redirected.FollowRedirects = true
	_, err = r.egress(context.Background(), r.runner, redirected, nil)
	refusedWith(t, err, errorsv1.Reason_REASON_PROVIDER_FAILED, codes.Unavailable)
	if got := r.provider.Count(); got != 1 {
		t.Fatalf("%d calls were made", got)
	}
}

func TestALargeBodyStreamsBothWays(t *testing.T) {
	t.Parallel()
	in := newHarness(t, testkit.SQLite(t), "embedded:")
	r := in.start(t)
	n := r.tenant(t, "demo")
	n.open(t, 10)
	text := strings.Repeat("0123456789abcdef ", 1<<17) // 2 MiB
	in.provider.Answer(text)
	head := &vaultinternalv1.EgressHead{
		Method: "POST", Url: r.provider.URL + "/chat/completions", Handles: []string{r.mustIssue(t, n.sign(t, n.claims()), "llm", 1)},
		Headers: []*vaultinternalv1.Header{{Name: "Authorization", Value: "Bearer mine"}, {Name: "X-Own", Value: "kept"}},
	}
	body := []byte(`{"text":"` + text + `"}`)
	a, err := r.egress(context.Background(), r.runner, head, body)
	must(t, err)
	got := r.provider.Calls()[0]
	if string(got.Body) != string(body) || !strings.Contains(string(a.body), text) {
		t.Fatalf("sent %d bytes, arrived %d; answer of %d bytes", len(body), len(got.Body), len(a.body))
	}
	if got.Header.Get("Authorization") != "Bearer "+canary || got.Header.Get("X-Own") != "kept" || len(got.Header["Authorization"]) != 1 {
		t.Fatalf("headers at the provider: %v", got.Header)
	}
}
