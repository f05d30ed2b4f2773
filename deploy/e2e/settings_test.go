package e2e_test

import (
	"net/http"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// TestServeBoundsPreviews sets in one process what keyhole-sharing has a setting for.
func TestServeBoundsPreviews(t *testing.T) {
	t.Parallel()
	in := install(t, oneProcess, options{settings: []string{"--guest-runs", "1", "--preview-calls", "1", "--guest-key-runs", "7"}})
	if guest := in.operator(t).get(t, "/v1/workspaces/operator/keys/guest"); guest.number("budget.runs") != 7 {
		t.Errorf("all guests together have %s", guest)
	}
	provider := testkit.Provider(t)
	owner, visitor := in.tenant(t), in.tenant(t)
	visitor.visitor = true
	_, token := owner.share(t, owner.workflow(t, "plain", plain()), nil)
	if r := in.guest().shared(t, token, object{}); r.status != http.StatusOK {
		t.Errorf("a guest's first run: %s", r)
	}
	wantRefusal(t, "a guest's second run", in.guest().shared(t, token, object{}), http.StatusPaymentRequired, "VISITOR_BUDGET_EXHAUSTED")
	if r := visitor.shared(t, token, object{}); r.status != http.StatusOK {
		t.Errorf("a member's run: %s", r)
	}

	owner.credential(t, "llm", provider.URL)
	each := ask(provider.URL, "$credentials.llm")
	each["inputs"] = []any{object{"type": "WorkflowBatchInput", "name": "question", "kind": []any{"string"}}}
	_, token = owner.share(t, owner.workflow(t, "each", each), hidden())
	questions := func(q ...any) object { return object{"inputs": object{"question": q}} }
	if r := visitor.shared(t, token, questions("one")); r.status != http.StatusOK {
		t.Errorf("a preview with one call: %s", r)
	}
	before := provider.Count()
	r := visitor.shared(t, token, questions("one", "two", "three"))
	wantRefusal(t, "a preview that needs three calls", r, http.StatusPaymentRequired, "CREDENTIAL_CALLS_EXHAUSTED")
	if calls := provider.Count() - before; calls > 1 {
		t.Errorf("it made %d calls", calls)
	}
}
