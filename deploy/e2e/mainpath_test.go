package e2e_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// mainPath is the product's main use, from a workspace to a revoked link.
func mainPath(t *testing.T, in *installation) {
	provider := testkit.Provider(t)
	owner, visitor := in.tenant(t), in.tenant(t)
	visitor.visitor = true
	secret := owner.credential(t, "llm", provider.URL)
	flow := owner.workflow(t, "ask", ask(provider.URL, "$credentials.llm"))

	found := owner.post(t, flow+":inspect", object{})
	if found.text("slots.0.step") != "llm" || found.text("slots.0.field") != "api_key" {
		t.Errorf("inspect finds %s", found)
	}
	own := owner.post(t, flow+":run", question("hello"))
	if own.text("outputs.0.answer") != "a red motorcycle" {
		t.Errorf("the owner's run gives %s", own)
	}
	wantAuthorization(t, provider, secret)

	t.Run("both settings closed", func(t *testing.T) { closedShare(t, owner, visitor, flow, provider) })
	name, token := owner.share(t, flow, hidden())
	t.Run("hidden credentials", func(t *testing.T) { openShare(t, visitor, token, provider, secret) })
	t.Run("fork", func(t *testing.T) { fork(t, owner, visitor, token, provider) })
	t.Run("usage", func(t *testing.T) { mainUsage(t, owner, visitor, name) })

	owner.must(t, http.MethodDelete, "/v1/"+name, nil)
	if r := visitor.shared(t, token, question("hi")); r.status != http.StatusNotFound {
		t.Errorf("a revoked link answers %s", r)
	}
	if r := visitor.call(t, http.MethodGet, "/v1/shared/"+token, nil); r.status != http.StatusNotFound {
		t.Errorf("the view of a revoked link is %s", r)
	}
}

func wantAuthorization(t *testing.T, p *testkit.OpenAI, secret string) {
	t.Helper()
	calls := p.Calls()
	if got := calls[len(calls)-1].Header.Get("Authorization"); got != "Bearer "+secret {
		t.Errorf("the provider got %q", got)
	}
}

func closedShare(t *testing.T, owner, visitor *tenant, flow string, provider *testkit.OpenAI) {
	_, token := owner.share(t, flow, nil)
	view := visitor.get(t, "/v1/shared/"+token)
	var name string
	for _, input := range view.list("interface.inputs") {
		if at(input, "credential") == true {
			name, _ = at(input, "name").(string)
			if at(input, "required") != true || !strings.Contains(at(input, "destination").(string), origin(provider.URL)[7:]) {
				t.Errorf("the credential input is %v", input)
			}
		}
	}
	if name != "llm_api_key" {
		t.Fatalf("the slot has become %q, in %s", name, view)
	}
	before := provider.Count()
	if r := visitor.shared(t, token, question("hi")); r.status != http.StatusBadRequest || !strings.Contains(r.String(), name) {
		t.Errorf("without the credential: %s", r)
	}
	if provider.Count() != before {
		t.Error("the provider was called without a credential")
	}
	theirs := visitor.in.secret()
	r := visitor.shared(t, token, object{"inputs": object{"question": "hi", name: theirs}})
	if r.status != http.StatusOK || r.text("outputs.0.answer") != "a red motorcycle" {
		t.Errorf("with the visitor's own credential: %s", r)
	}
	wantAuthorization(t, provider, theirs)
	if r := visitor.shared(t, token, object{
		"inputs": object{"question": "hi", name: theirs}, "destinations": object{name: "https://elsewhere.example"},
	}); r.status != http.StatusBadRequest || r.number("code") != 9 {
		t.Errorf("with another destination than the visitor saw: %s", r)
	}
}

func openShare(t *testing.T, visitor *tenant, token string, provider *testkit.OpenAI, secret string) {
	r := visitor.shared(t, token, question("hi"))
	if r.status != http.StatusOK || r.text("outputs.0.answer") != "a red motorcycle" {
		t.Errorf("with the owner's credential: %s", r)
	}
	wantAuthorization(t, provider, secret)
	before := provider.Count()
	r = visitor.shared(t, token, object{"inputs": object{}, "definition": ask("http://127.0.0.1:1/v1", "$credentials.llm")})
	if r.status != http.StatusBadRequest || provider.Count() != before {
		t.Errorf("a visitor's own definition: %s", r)
	}
	lines := visitor.call(t, http.MethodPost, "/v1/shared/"+token+":runStream", question("hi"))
	var kinds []string
	for line := range bytes.Lines(lines.body) {
		var event struct {
			Result map[string]any
		}
		if err := json.Unmarshal(line, &event); err != nil {
			t.Fatalf("stream: %v in %s", err, lines)
		}
		for kind := range event.Result {
			kinds = append(kinds, kind)
		}
	}
	if diff := cmp.Diff([]string{"started", "step", "step", "finished"}, kinds); diff != "" {
		t.Errorf("events of a stream: %s\n%s", diff, lines)
	}
}

func fork(t *testing.T, owner, visitor *tenant, token string, provider *testkit.OpenAI) {
	r := visitor.post(t, "/v1/shared/"+token+":fork", object{"parent": visitor.name, "workflowId": "mine"})
	if len(r.list("report.unboundSlots")) != 1 || r.text("workflow.name") != visitor.name+"/workflows/mine" {
		t.Errorf("the fork is %s", r)
	}
	definition, _ := json.Marshal(r.at("workflow.definition"))
	for _, id := range []string{"$credentials.llm", owner.name, owner.keyName} {
		if strings.Contains(string(definition), id) || strings.Contains(r.text("workflow.forkedFrom"), owner.keyName) {
			t.Errorf("the fork holds %s: %s", id, r)
		}
	}
	before := provider.Count()
	if r := visitor.call(t, http.MethodPost, visitor.path()+"/workflows/mine:run", question("x")); r.status != http.StatusBadRequest || provider.Count() != before {
		t.Errorf("the fork runs without a credential: %s", r)
	}
}

// mainUsage: runs through links are charged to the visitor, the owner's own run to the
// owner. Credential calls are counted for both.
func mainUsage(t *testing.T, owner, visitor *tenant, share string) {
	if got := number(owner.usage(t, "key")[owner.keyName]["runs"]); got != 1 {
		t.Errorf("the owner's key was charged %d runs: %v", got, owner.usage(t, "key"))
	}
	rows := visitor.usage(t, "key")
	if got := number(rows[visitor.keyName]["runs"]); got != 3 {
		t.Errorf("the visitor's key was charged %d runs: %v", got, rows)
	}
	runs := owner.get(t, owner.path()+"/runs?share="+share)
	if got := len(runs.list("runs")); got != 2 {
		t.Errorf("the owner sees %d runs of the share: %s", got, runs)
	}
}
