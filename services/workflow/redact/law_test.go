package redact_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/redact"
	"github.com/keyhole-dev/keyhole/services/workflow/rewrite"
)

// places are where people put secrets and references; "%s" is the secret, "%r" the id.
var places = []struct{ input, step string }{
	{"", `"api_key":"%s"`},
	{"", `"api_key":"$credentials.%r"`},
	{"", `"api_key":"rf_key:user:%r"`},
	{`"default_value":"%s"`, `"api_key":"$inputs.p"`},
	{`"default_value":["Bearer %s"]`, `"api_key":null`},
	{"", `"api_key":null,"system_prompt":"the key is %s, keep it"`},
	{"", `"api_key":null,"extra_body":{"deep":[{"er":"%s"}]}`},
	{"", `"api_key":null,"extra_body":{"%s":1}`},
	{"", `"api_key":null,"unknown":{"note":"%s $credentials.%r"}`},
	{"", `"api_key":null,"system_prompt":"ask $credentials.%r."`},
	{`"uistate":"%s $credentials.%r"`, `"api_key":null`},
}

// TestNothingPrivateIsShown plants a secret and a credential's id at all kinds of places
// and searches every view for them.
func TestNothingPrivateIsShown(t *testing.T) {
	t.Parallel()
	catalogue := manifest.Core()
	rapid.Check(t, func(t *rapid.T) {
		secret := "sk-" + rapid.StringMatching(`[A-Z][a-z][0-9][A-Za-z0-9]{17}`).Draw(t, "secret")
		id := rapid.StringMatching(`owner-[a-z0-9]{6}`).Draw(t, "id")
		place := rapid.SampledFrom(places).Draw(t, "place")
		fill := strings.NewReplacer("%s", secret, "%r", id)
		input := strings.TrimSuffix(`"name":"p",`+fill.Replace(place.input), ",")
		raw := fmt.Sprintf(`{"version":"1.0","inputs":[{"type":"WorkflowParameter",%s}],"outputs":[],"steps":[
			{"type":"roboflow_core/openai_compatible@v1","name":"llm","base_url":"https://x.example","model_name":"m","prompt":"p",%s}]}`, input, fill.Replace(place.step))
		depth := rapid.IntRange(0, 3).Draw(t, "depth")
		if strings.Contains(place.step, "$inputs.p") {
			depth = 0 // a constant cannot be bound to a credential
		}
		for range depth {
			raw = fmt.Sprintf(`{"version":"1.0","inputs":[{"type":"WorkflowParameter","name":"p"}],"outputs":[],"steps":[
				{"type":"roboflow_core/inner_workflow@v1","name":"in","parameter_bindings":{"p":"$inputs.p"},"workflow_definition":%s}]}`, raw)
		}
		p, d, problems := plan.Load([]byte(raw), catalogue)
		if problems != nil {
			t.Fatal(problems)
		}
		graph, err := json.Marshal(redact.GraphOf(p))
		if err != nil {
			t.Fatal(err)
		}
		for name, view := range map[string][]byte{"definition": redact.Definition(p, catalogue, redact.Options{}), "graph": graph} {
			if strings.Contains(string(view), secret) || strings.Contains(string(view), id) {
				t.Fatalf("the %s shows it: %s", name, view)
			}
		}
		fork, err := rewrite.Unbind(d)
		if err != nil || strings.Contains(string(fork), id) {
			t.Fatalf("a fork has the credential's id: %s, %v", fork, err)
		}
		if strings.Contains(raw, secret) && len(inspect.Literals(d, catalogue)) == 0 {
			t.Fatalf("the secret was not found in %s", raw)
		}
	})
}
