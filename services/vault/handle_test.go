package vault_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

const (
	handleInvalid = errorsv1.Reason_REASON_HANDLE_INVALID
	grantInvalid  = errorsv1.Reason_REASON_GRANT_INVALID
)

func TestAHiddenCredentialReachesTheProviderAndNobodyElse(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		n.open(t, 10)
		token := n.sign(t, n.claims())
		a, err := r.call(context.Background(), r.mustIssue(t, token, "llm", 1))
		must(t, err)
		calls := r.provider.Calls()
		if len(calls) != 1 || calls[0].Header.Get("Authorization") != "Bearer "+canary || string(calls[0].Body) != `{"model":"m"}` {
			t.Fatalf("the provider got %+v", calls)
		}
		if a.status != 200 || !strings.Contains(string(a.body), "motorcycle") || strings.Contains(a.text(), canary) {
			t.Fatalf("the answer is %s", a.text())
		}
		uses := r.events(t, n, "credential.use")
		if len(uses) != 1 || uses[0].GetOutcome() != "ok" || uses[0].GetDetails()["share"] != n.share() || uses[0].GetResource() != n.llm.GetName() {
			t.Fatalf("audited uses: %v", uses)
		}
		g, err := r.sharer.GetCredentialGrant(context.Background(), &vaultinternalv1.GetCredentialGrantRequest{Share: n.share()})
		must(t, err)
		if g.GetCallsLeft() != 9 || g.GetSuspended() || !g.GetExists() || g.GetVersionHash() != hash {
			t.Fatalf("the grant is %v", g)
		}
	})
}

func TestAHandleIsUsedOnce(t *testing.T) {
	t.Parallel()
	testkit.Redises(t, func(t *testing.T, url string) {
		r := newHarness(t, testkit.SQLite(t), url).start(t)
		n := r.tenant(t, "demo")
		n.open(t, 10)
		token := n.sign(t, n.claims())
		h := r.mustIssue(t, token, "llm", 1)
		_, err := r.call(context.Background(), h)
		must(t, err)
		_, err = r.call(context.Background(), h)
		refusedWith(t, err, handleInvalid, codes.PermissionDenied)
		// Another handle for the same attempt cannot be used a second time either, whatever
		// happens to Redis.
		_, err = r.call(context.Background(), r.mustIssue(t, token, "llm", 1))
		refusedWith(t, err, handleInvalid, codes.PermissionDenied)
		if got := r.provider.Count(); got != 1 {
			t.Fatalf("the provider was called %d times", got)
		}
		if got := len(r.events(t, n, "handle.refused")); got != 2 {
			t.Fatalf("%d refusals are in the owner's audit log, want 2", got)
		}
		g, err := r.sharer.GetCredentialGrant(context.Background(), &vaultinternalv1.GetCredentialGrantRequest{Share: n.share()})
		must(t, err)
		if g.GetCallsLeft() != 9 {
			t.Fatalf("%d calls are left, want 9: what was refused does not count", g.GetCallsLeft())
		}
	})
}

func TestATamperedHandleIsRefused(t *testing.T) {
	t.Parallel()
	r := newHarness(t, testkit.SQLite(t), "embedded:").start(t)
	n := r.tenant(t, "demo")
	n.open(t, 1000)
	h := r.mustIssue(t, n.sign(t, n.claims()), "llm", 1)
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(h, "khh_"))
	must(t, err)
	for i := range raw {
		for _, bit := range []byte{1, 0x80} {
			bad := append([]byte(nil), raw...)
			bad[i] ^= bit
			_, err := r.call(context.Background(), "khh_"+base64.RawURLEncoding.EncodeToString(bad))
			refusedWith(t, err, handleInvalid, codes.PermissionDenied)
		}
	}
	for _, bad := range []string{"x", "khh_", h + "A", h[1:], strings.ToUpper(h), h + "\n"} {
		_, err := r.call(context.Background(), bad)
		refusedWith(t, err, handleInvalid, codes.PermissionDenied)
	}
	if r.provider.Count() != 0 {
		t.Fatal("a tampered handle reached the provider")
	}
	_, err = r.call(context.Background(), h)
	must(t, err)
}

func TestAHandleIsBoundToItsCall(t *testing.T) {
	t.Parallel()
	in := newHarness(t, testkit.SQLite(t), "embedded:")
	other := testkit.Provider(t)
	r := in.start(t)
	n := r.tenant(t, "demo")
	n.open(t, 1000)
	token := n.sign(t, n.claims())
	t.Run("another destination", func(t *testing.T) {
		for _, url := range []string{
			other.URL, "https://evil.example/", strings.Replace(r.provider.URL, "http://", "https://", 1),
			strings.Replace(r.provider.URL, "http://", "http://evil@", 1), "http://127.0.0.1/", "",
		} {
			head := &vaultinternalv1.EgressHead{Method: "POST", Url: url, Handles: []string{r.mustIssue(t, token, "llm", 1)}}
			if _, err := r.egress(context.Background(), r.runner, head, nil); errs.CodeOf(err) != codes.PermissionDenied && errs.CodeOf(err) != codes.FailedPrecondition {
				t.Errorf("%q: %v, want a refusal", url, err)
			}
		}
	})
	t.Run("another peer", func(t *testing.T) {
		for _, peer := range []string{"gateway", "sharing", ""} {
			head := &vaultinternalv1.EgressHead{Method: "POST", Url: r.provider.URL, Handles: []string{r.mustIssue(t, token, "llm", 1)}}
			if _, err := r.egress(context.Background(), r.asPeer(peer), head, nil); err == nil {
				t.Errorf("%q may use the runner's handle", peer)
			}
		}
	})
	t.Run("expired", func(t *testing.T) {
		h := r.mustIssue(t, token, "llm", 2)
		in.offset.Store(int64(2*time.Minute + time.Second))
		defer in.offset.Store(0)
		_, err := r.call(context.Background(), h)
		refusedWith(t, err, handleInvalid, codes.PermissionDenied)
	})
	t.Run("a new version of the credential", func(t *testing.T) {
		h := r.mustIssue(t, token, "llm", 3)
		_, err := r.public.UpdateCredential(n.ctx, &vaultv1.UpdateCredentialRequest{Credential: &vaultv1.Credential{Name: n.llm.GetName(), Value: canary + "2"}})
		must(t, err)
		_, err = r.call(context.Background(), h)
		refusedWith(t, err, handleInvalid, codes.PermissionDenied)
	})
	if got := r.provider.Count() + other.Count(); got != 0 {
		t.Fatalf("%d calls were made", got)
	}
}

func TestARunGrantAloneOpensNoCredential(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n, foe := r.tenant(t, "demo"), r.tenant(t, "mallory")
		_, err := r.issue(n.sign(t, n.claims()), "llm", 1)
		refusedWith(t, err, grantInvalid, codes.PermissionDenied) // no credential grant at all
		n.open(t, 10)
		for name, spoil := range map[string]func(*grant.Claims){
			"another version":       func(c *grant.Claims) { c.VersionHash = strings.Repeat("b", 64) },
			"another share":         func(c *grant.Claims) { c.Share += "2" },
			"another slot":          func(c *grant.Claims) { c.Slots[0].Step = "llm2"; c.Slots[1].Step = "llm" },
			"no share":              func(c *grant.Claims) { c.Share = "" },
			"a stranger's word":     func(c *grant.Claims) { c.Share, c.Authority = "", foe.owner.Assertion },
			"the owner's, too late": func(c *grant.Claims) { c.Share, c.Authority, c.IssuedAt = "", n.owner.Assertion, c.IssuedAt-60 },
			"another destination":   func(c *grant.Claims) { c.Slots[0].Destination = "https://evil.example:443" },
			"no attempts":           func(c *grant.Claims) { c.Limits.Attempts = 0 },
		} {
			c := n.claims()
			spoil(&c)
			if name == "another slot" {
				_, err = r.issue(n.sign(t, c), "llm2", 1)
			} else {
				_, err = r.issue(n.sign(t, c), "llm", 1)
			}
			if errs.CodeOf(err) == codes.OK {
				t.Errorf("%s: a handle was issued", name)
			}
		}
		own := n.claims()
		own.Share, own.Authority = "", n.owner.Assertion
		_, err = r.call(context.Background(), r.mustIssue(t, n.sign(t, own), "llm", 1))
		must(t, err) // the owner's own run needs no credential grant
	})
}

func TestOnlyTheOwnerOpensCredentials(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n, foe := r.tenant(t, "demo"), r.tenant(t, "mallory")
		operator := caller.Principal{Kind: caller.Guest, Visitor: "v"}
		for _, p := range []caller.Principal{{}, operator, foe.owner} {
			if err := n.tryOpen(p, 5); errs.CodeOf(err) != codes.PermissionDenied {
				t.Errorf("%v opened another's credentials: %v", p, err)
			}
		}
		n.credential(t, "short", "hunter2hunter2")
		for reason, slot := range map[errorsv1.Reason]*vaultinternalv1.GrantedSlot{
			errorsv1.Reason_REASON_CREDENTIAL_UNKNOWN:       {Step: "llm", Field: "api_key", Credential: "none", Destination: r.host()},
			errorsv1.Reason_REASON_DESTINATION_NOT_ALLOWED:  {Step: "llm", Field: "api_key", Credential: "llm", Destination: "https://evil.example"},
			errorsv1.Reason_REASON_CREDENTIAL_NOT_GUARDABLE: {Step: "llm", Field: "api_key", Credential: "short", Destination: r.host()},
			errorsv1.Reason_REASON_INVALID_REQUEST:          {Step: "", Field: "api_key", Credential: "llm", Destination: r.host()},
		} {
			_, err := r.sharer.PutCredentialGrant(caller.With(context.Background(), n.owner), &vaultinternalv1.PutCredentialGrantRequest{
				Share: n.share(), VersionHash: hash, Calls: 1, Slots: []*vaultinternalv1.GrantedSlot{slot},
			})
			if errs.ReasonOf(err) != reason {
				t.Errorf("got %v, want %v", err, reason)
			}
		}
	})
}

// Two replicas of one vault race for the remaining calls. Exactly that number is made,
// whichever replica gets the request.
func TestReplicasRaceForTheLastCalls(t *testing.T) {
	t.Parallel()
	for name, stores := range map[string]func(testing.TB) (string, string){
		"sqlite, embedded":  func(t testing.TB) (string, string) { return testkit.SQLite(t), "embedded:" },
		"postgres, redis":   func(t testing.TB) (string, string) { return testkit.Postgres(t), testkit.Redis(t) },
		"postgres, cluster": func(t testing.TB) (string, string) { return testkit.Postgres(t), testkit.RedisCluster(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := newHarness(t, "", "")
			in.dbURL, in.redisURL = stores(t)
			replicas := []*replica{in.start(t), in.start(t)}
			n := replicas[0].tenant(t, "demo")
			const calls, racers = 5, 40
			n.open(t, calls)
			token := n.sign(t, n.claims())
			handles := make([]string, racers)
			for i := range handles {
				handles[i] = replicas[i%2].mustIssue(t, token, "llm", int32(i+1))
			}
			var made sync.Map
			var wg sync.WaitGroup
			for i, h := range handles {
				wg.Go(func() {
					_, err := replicas[(i/2)%2].call(context.Background(), h)
					switch errs.ReasonOf(err) {
					case errorsv1.Reason_REASON_UNSPECIFIED:
						made.Store(i, true)
					case errorsv1.Reason_REASON_CREDENTIAL_CALLS_EXHAUSTED:
					default:
						t.Error(err)
					}
				})
			}
			wg.Wait()
			got := 0
			made.Range(func(any, any) bool { got++; return true })
			if got != calls || in.provider.Count() != calls {
				t.Fatalf("%d calls were allowed and %d made, want %d", got, in.provider.Count(), calls)
			}
			_, err := replicas[1].issue(token, "llm", racers+1)
			refusedWith(t, err, errorsv1.Reason_REASON_CREDENTIAL_CALLS_EXHAUSTED, codes.ResourceExhausted)
		})
	}
}

func TestALostCounterIsRebuilt(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		in := newHarness(t, url, "embedded:")
		r := in.start(t)
		n := r.tenant(t, "demo")
		n.open(t, 4)
		token := n.sign(t, n.claims())
		var handles []string
		for i := range int32(5) {
			handles = append(handles, r.mustIssue(t, token, "llm", i+1))
		}
		for i, h := range handles[:4] {
			if i == 2 {
				must(t, in.redis.FlushAll(context.Background()).Err())
			}
			_, err := r.call(context.Background(), h)
			must(t, err)
		}
		_, err := r.call(context.Background(), handles[4])
		refusedWith(t, err, errorsv1.Reason_REASON_CREDENTIAL_CALLS_EXHAUSTED, codes.ResourceExhausted)
		_, err = r.issue(token, "llm", 6)
		refusedWith(t, err, errorsv1.Reason_REASON_CREDENTIAL_CALLS_EXHAUSTED, codes.ResourceExhausted)
	})
}

func TestAVisitorsOwnCredential(t *testing.T) {
	t.Parallel()
	testkit.Redises(t, func(t *testing.T, url string) {
		in := newHarness(t, testkit.Postgres(t), url)
		first, second := in.start(t), in.start(t)
		n := first.tenant(t, "demo")
		c := n.claims()
		token := n.sign(t, c)
		put := func(input, value string) error {
			_, err := first.runner.PutRunCredential(context.Background(), &vaultinternalv1.PutRunCredentialRequest{Grant: token, Input: input, Value: value})
			return err
		}
		refusedWith(t, put("llm_api_key", "sk-visitors-own"), errorsv1.Reason_REASON_INPUT_UNKNOWN, codes.InvalidArgument)
		_, err := first.call(context.Background(), first.mustIssue(t, token, "own", 1))
		refusedWith(t, err, errorsv1.Reason_REASON_INPUT_MISSING, codes.FailedPrecondition)
		long := strings.Repeat("Aa1-", 1<<10)
		must(t, put("own_api_key", long))
		err = put("own_api_key", long+"x")
		refusedWith(t, err, errorsv1.Reason_REASON_INPUT_INVALID, codes.InvalidArgument)
		if !strings.Contains(err.Error(), "4096 bytes") || strings.Contains(err.Error(), "Aa1-") {
			t.Errorf("the error does not say how long it may be, or quotes it: %v", err)
		}
		must(t, put("own_api_key", "sk-visitors-own"))
		// The runner's next call may reach another replica.
		_, err = second.call(context.Background(), second.mustIssue(t, token, "own", 2))
		must(t, err)
		calls := in.provider.Calls()
		if len(calls) != 1 || calls[0].Header.Get("Authorization") != "Bearer sk-visitors-own" {
			t.Fatalf("the provider got %+v", calls)
		}
		h := second.mustIssue(t, token, "own", 3)
		l, err := first.sharer.EndRun(context.Background(), &vaultinternalv1.EndRunRequest{Run: c.Run})
		must(t, err)
		// Before it started, or during it: the other replica may have announced the end.
		if _, err = first.call(context.Background(), h); errs.ReasonOf(err) != errorsv1.Reason_REASON_RUN_REVOKED {
			refusedWith(t, err, grantInvalid, codes.PermissionDenied)
		}
		refusedWith(t, put("own_api_key", "sk-visitors-own"), grantInvalid, codes.PermissionDenied)
		eventually(t, time.Second, "the other replica refuses", func() bool {
			_, err := second.issue(token, "own", 4)
			return errs.ReasonOf(err) == grantInvalid
		})
		// The first was not sent: it had no credential.
		if len(l.GetAttempts()) != 1 || l.GetAttempts()[0].GetAttempt() != 2 || l.GetAttempts()[0].GetOutcome() != "ok" ||
			l.GetAttempts()[0].GetCredential() != "own_api_key" {
			t.Fatalf("attempts: %v", l)
		}
	})
}

// The account that EndRun returns is complete: a replica that has not heard of the end, and
// believes that the run is active, makes no call that is missing in it.
func TestNoCallBeginsAfterTheAccount(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		in := newHarness(t, url, "embedded:")
		first := in.start(t)
		in.redis = nil // the second replica gets its own Redis, so it receives no message
		second := in.start(t)
		n := first.tenant(t, "demo")
		n.open(t, 100)
		for range 5 {
			c := n.claims()
			token := n.sign(t, c)
			_, err := second.call(context.Background(), second.mustIssue(t, token, "llm", 1))
			must(t, err)
			h, before := second.mustIssue(t, token, "llm", 2), in.provider.Count()
			account, err := first.sharer.EndRun(context.Background(), &vaultinternalv1.EndRunRequest{Run: c.Run})
			must(t, err)
			_, err = second.call(context.Background(), h)
			refusedWith(t, err, grantInvalid, codes.PermissionDenied)
			again, err := first.sharer.EndRun(context.Background(), &vaultinternalv1.EndRunRequest{Run: c.Run})
			must(t, err)
			if len(account.GetAttempts()) != 1 || len(again.GetAttempts()) != 1 || in.provider.Count() != before {
				t.Fatalf("the account has %d attempts, then %d, and %d calls were made after it",
					len(account.GetAttempts()), len(again.GetAttempts()), in.provider.Count()-before)
			}
		}
	})
}

// Calls race with the end of their run. Every call that reaches the provider is in the
// account, also one that arrives after its caller has left.
func TestTheAccountHasEveryCall(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		in := newHarness(t, url, "embedded:")
		replicas := []*replica{in.start(t), in.start(t)}
		n := replicas[0].tenant(t, "demo")
		n.open(t, 10_000)
		accounted := map[string]bool{}
		for range 10 {
			c := n.claims()
			token := n.sign(t, c)
			var racing sync.WaitGroup
			for i := range 12 {
				r, number := replicas[i%2], int32(i+1)
				h := r.mustIssue(t, token, "llm", number)
				head := &vaultinternalv1.EgressHead{
					Method: "POST", Url: in.provider.URL + "/chat/completions", Handles: []string{h},
					Headers: []*vaultinternalv1.Header{{Name: "X-Attempt", Value: attemptOf(c.Run, number)}},
				}
				racing.Go(func() { _, _ = r.egress(context.Background(), r.runner, head, []byte(`{"model":"m"}`)) })
			}
			account, err := replicas[0].sharer.EndRun(context.Background(), &vaultinternalv1.EndRunRequest{Run: c.Run})
			must(t, err)
			for _, a := range account.GetAttempts() {
				accounted[attemptOf(c.Run, a.GetAttempt())] = true
			}
			racing.Wait()
		}
		for _, call := range in.provider.Calls() {
			if attempt := call.Header.Get("X-Attempt"); !accounted[attempt] {
				t.Errorf("the provider got %q, which is in no account", attempt)
			}
		}
	})
}

func attemptOf(run string, number int32) string { return fmt.Sprintf("%s/%d", run, number) }

// A call that was never sent is charged to nobody, and the owner's audit log says why.
func TestACallThatNeverLeftIsNotInTheAccount(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		in := newHarness(t, url, "embedded:")
		dead := testkit.ClosedAddress(t)
		in.allow = []string{dead}
		r := in.start(t)
		n := r.tenant(t, "demo")
		n.llm.Hosts = []string{"http://" + dead}
		n.llm.Value = canary
		llm, err := r.public.UpdateCredential(n.ctx, &vaultv1.UpdateCredentialRequest{Credential: n.llm, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"hosts", "value"}}})
		must(t, err)
		n.llm = llm
		c := n.claims()
		c.Share, c.Authority = "", n.owner.Assertion
		token := n.sign(t, c)
		_, err = r.egress(context.Background(), r.runner, &vaultinternalv1.EgressHead{
			Method: "POST", Url: "http://" + dead + "/v1/chat/completions", Handles: []string{r.mustIssue(t, token, "llm", 1)},
		}, []byte(`{"model":"m"}`))
		refusedWith(t, err, errorsv1.Reason_REASON_PROVIDER_FAILED, codes.Unavailable)
		account, err := r.sharer.EndRun(context.Background(), &vaultinternalv1.EndRunRequest{Run: c.Run})
		must(t, err)
		if len(account.GetAttempts()) != 0 {
			t.Errorf("the account has %v", account.GetAttempts())
		}
		uses := r.events(t, n, "credential.use")
		if len(uses) != 1 || uses[0].GetOutcome() != "failed not_sent unreachable" {
			t.Errorf("the audit has %v", uses)
		}
	})
}
