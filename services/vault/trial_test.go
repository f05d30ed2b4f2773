package vault_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// testPause on the vault's clock earns another test.
const testPause = 10 * time.Second

func TestATestSaysHowTheProviderAnswered(t *testing.T) {
	t.Parallel()
	provider := listen(t)
	in := newHarness(t, testkit.SQLite(t), "embedded:")
	in.allow = []string{provider.address()}
	n := in.start(t).tenant(t, "demo")
	name := n.at(t, "own", "openai_compatible", provider.URL)
	for status, want := range map[int]vaultv1.TestOutcome{
		200: vaultv1.TestOutcome_TEST_OUTCOME_ACCEPTED, 401: vaultv1.TestOutcome_TEST_OUTCOME_REFUSED,
		403: vaultv1.TestOutcome_TEST_OUTCOME_NO_PERMISSION, 429: vaultv1.TestOutcome_TEST_OUTCOME_LIMITED,
		402: vaultv1.TestOutcome_TEST_OUTCOME_LIMITED, 503: vaultv1.TestOutcome_TEST_OUTCOME_UNREACHABLE,
		404: vaultv1.TestOutcome_TEST_OUTCOME_UNCLEAR,
	} {
		provider.answers(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || r.URL.Path != "/v1/models" || r.Header.Get("Authorization") != "Bearer "+canary {
				t.Errorf("the test sent %s %s, %q", r.Method, r.URL, r.Header.Get("Authorization"))
			}
			w.WriteHeader(status)
		})
		n.r.offset.Add(int64(testPause))
		got, err := n.try(name)
		must(t, err)
		if got.GetOutcome() != want || got.GetMessage() == "" {
			t.Errorf("%d: %v", status, got)
		}
	}
	uses := n.r.events(t, n, "credential.test")
	if len(uses) != 7 || uses[0].GetActor() != n.key.GetName() || uses[0].GetResource() != name || uses[0].GetDetails()["destination"] != provider.URL {
		t.Errorf("the log says %v", uses)
	}
	if got := n.r.events(t, n, "credential.use"); len(got) != 0 {
		t.Errorf("tests are in the log as uses of runs: %v", got)
	}
}

func TestATestOfAHostThatCannotBeReached(t *testing.T) {
	t.Parallel()
	closed := listen(t)
	closed.Close()
	in := newHarness(t, testkit.SQLite(t), "embedded:")
	in.allow = []string{closed.address()}
	n := in.start(t).tenant(t, "demo")
	for cid, host := range map[string]string{"closed": closed.URL, "unknown": "https://no-such-name.example.com"} {
		got, err := n.try(n.at(t, cid, "openai_compatible", host))
		must(t, err)
		if got.GetOutcome() != vaultv1.TestOutcome_TEST_OUTCOME_UNREACHABLE {
			t.Errorf("%s: %v", host, got)
		}
	}
}

func TestACredentialSaysWhereAndWhenItIsUsed(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		get := func(name string) *vaultv1.Credential {
			c, err := r.public.GetCredential(n.ctx, &vaultv1.GetCredentialRequest{Name: name})
			must(t, err)
			return c
		}
		if c := get(n.llm.GetName()); c.GetLastUseTime() != nil || c.GetWorkflowCount() != 0 || len(c.GetShares()) != 0 {
			t.Errorf("an unused credential is used: %v", c)
		}
		n.open(t, 10)
		_, err := r.sharer.PutCredentialUses(context.Background(), &vaultinternalv1.PutCredentialUsesRequest{
			Workflow: "workspaces/demo/workflows/caption", Credentials: []string{"llm"},
		})
		must(t, err)
		_, err = n.try(n.llm.GetName())
		must(t, err)
		c := get(n.llm.GetName())
		if c.GetLastUseTime() == nil || c.GetWorkflowCount() != 1 || len(c.GetWorkflows()) != 1 || len(c.GetShares()) != 1 || c.GetShares()[0] != n.share() {
			t.Errorf("a used credential: %v", c)
		}
		list, err := r.public.ListCredentials(n.ctx, &vaultv1.ListCredentialsRequest{Parent: "workspaces/demo", Text: "LLM"})
		must(t, err)
		if len(list.GetCredentials()) != 1 || list.GetCredentials()[0].GetLastUseTime() == nil || list.GetCredentials()[0].GetWorkflowCount() != 1 {
			t.Errorf("the list: %v", list)
		}
		for _, tc := range []struct {
			provider, use string
			want          int
		}{
			{c.GetProvider(), "", 1}, {"nobody", "", 0}, {"", "in_use", 1}, {"", "not_in_use", 0},
		} {
			list, err := r.public.ListCredentials(n.ctx, &vaultv1.ListCredentialsRequest{Parent: "workspaces/demo", Text: "llm", Provider: tc.provider, Use: tc.use})
			must(t, err)
			if len(list.GetCredentials()) != tc.want {
				t.Errorf("provider %q, use %q: %v", tc.provider, tc.use, list)
			}
		}
		for _, text := range []string{"%", "_l", "nothing", "!"} {
			list, err := r.public.ListCredentials(n.ctx, &vaultv1.ListCredentialsRequest{Parent: "workspaces/demo", Text: text})
			must(t, err)
			if len(list.GetCredentials()) != 0 {
				t.Errorf("%q finds %v", text, list)
			}
		}
	})
}
