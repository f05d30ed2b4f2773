package redact_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/redact"
)

const raw = `{"version":"1.0","id":"internal-7","note":"ask bob","inputs":[{"type":"WorkflowImage","name":"image","uistate":{"x":1}},
	{"type":"WorkflowParameter","name":"model","default_value":"acme/secret-model/4"},{"type":"WorkflowParameter","name":"token","default_value":"hunter2"}],
	"steps":[
	{"type":"ObjectDetectionModel","name":"a","image":"$inputs.image","model_id":"acme/secret-model/4","confidence":0.50,"custom":"left out"},
	{"type":"ObjectDetectionModel","name":"b","image":"$inputs.image","model_id":"$inputs.model"},
	{"type":"roboflow_core/openai_compatible@v1","name":"llm","base_url":"https://x.example","model_name":"m","prompt":"say $credentials.owner-id","api_key":"$credentials.owner-id","temperature":1.0},
	{"type":"roboflow_core/open_ai@v3","name":"managed","images":"$inputs.image","prompt":"p","api_key":"rf_key:user:owner-id"},
	{"type":"roboflow_core/webhook_sink@v1","name":"hook","url":"https://h.example","method":"POST","headers":{"Authorization":"Bearer zzz","Accept":"text/html","X-Slot":"$credentials.owner-id"},
	 "json_payload":{"sk-proj-A1b2C3d4E5f6G7h8I9j0":1}}],
	"outputs":[{"type":"JsonField","name":"o","selector":"$steps.llm.output","extra":1}]}`

func TestDefinition(t *testing.T) {
	t.Parallel()
	catalogue := manifest.Core()
	p, _, problems := plan.Load([]byte(raw), catalogue)
	if problems != nil {
		t.Fatal(problems)
	}
	got := redact.Definition(p, catalogue, redact.Options{ModelNames: map[string]string{"acme/secret-model/4": "Our detector"}})
	want := `{"version":"1.0","inputs":[{"type":"WorkflowImage","name":"image"},{"type":"WorkflowParameter","name":"model","default_value":"Our detector"},` +
		`{"type":"WorkflowParameter","name":"token","default_value":"[redacted]"}],"steps":[` +
		`{"type":"ObjectDetectionModel","name":"a","image":"$inputs.image","model_id":"Our detector","confidence":0.50},` +
		`{"type":"ObjectDetectionModel","name":"b","image":"$inputs.image","model_id":"$inputs.model"},` +
		`{"type":"roboflow_core/openai_compatible@v1","name":"llm","base_url":"https://x.example","model_name":"m","prompt":"say $credentials","api_key":"$credentials","temperature":1.0},` +
		`{"type":"roboflow_core/open_ai@v3","name":"managed","images":"$inputs.image","prompt":"p","api_key":"$credentials"},` +
		`{"type":"roboflow_core/webhook_sink@v1","name":"hook","url":"https://h.example","method":"POST","headers":{"Authorization":"[redacted]","Accept":"text/html","X-Slot":"$credentials"},"json_payload":{"[redacted]":1}}],` +
		`"outputs":[{"type":"JsonField","name":"o","selector":"$steps.llm.output"}]}`
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if !json.Valid(got) {
		t.Error("no JSON")
	}
	if _, problems := workflow.Parse(got); problems != nil {
		t.Errorf("the view is not a definition: %v", problems)
	}
}

// A workflow inside a step is shown by the same rules as the outer one.
func TestNestedDefinition(t *testing.T) {
	t.Parallel()
	const nested = `{"version":"1.0","inputs":[{"type":"WorkflowImage","name":"i"}],"steps":[{"type":"roboflow_core/inner_workflow@v1","name":"n","parameter_bindings":{"i":"$inputs.i"},
		"workflow_definition":{"version":"1.0","note":"ask bob","inputs":[{"type":"WorkflowParameter","name":"m","default_value":"acme/secret-model/4","uistate":1},{"type":"WorkflowImage","name":"i"}],
		"steps":[{"type":"ObjectDetectionModel","name":"a","image":"$inputs.i","model_id":"acme/secret-model/4","custom":"left out"},{"type":"roboflow_core/string_template@v1","name":"u","template":"x","anything":"left out"},
		{"type":"roboflow_core/inner_workflow@v1","name":"d","parameter_bindings":{"i":"$inputs.i"},"workflow_definition":{"version":"1.0","note":"ask bob","inputs":[{"type":"WorkflowImage","name":"i"}],"steps":[{"type":"ObjectDetectionModel","name":"a","image":"$inputs.i","model_id":"yolov8n-640","custom":"left out"}],"outputs":[]}}],"outputs":[]}}],"outputs":[]}`
	catalogue := manifest.Core()
	p, _, problems := plan.Load([]byte(nested), catalogue)
	if problems != nil {
		t.Fatal(problems)
	}
	got := string(redact.Definition(p, catalogue, redact.Options{}))
	for _, private := range []string{"bob", "secret-model", "left out", "uistate"} {
		if strings.Contains(got, private) {
			t.Errorf("it shows %q: %s", private, got)
		}
	}
	if !json.Valid([]byte(got)) || !strings.Contains(got, "yolov8n-640") || !strings.Contains(got, `"name":"u"`) {
		t.Errorf("it hides too much: %s", got)
	}
}

// TestAttackATokenInAHostNameIsNotShown: a token in the host name of an address that is a
// credential.
func TestAttackATokenInAHostNameIsNotShown(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A8", "a token in the host name of an address")
	catalogue := manifest.Core()
	for _, token := range []string{"eo1a2b3c4d5e6f7", "k3v9x2m7q4w8z1p6t5r0y3u8"} {
		definition := `{"version":"1.0","inputs":[],"steps":[{"type":"roboflow_core/webhook_sink@v1","name":"hook","url":"https://` + token +
			`.m.pipedream.net/$credentials.k","method":"POST"}],"outputs":[]}`
		p, _, problems := plan.Load([]byte(definition), catalogue)
		if problems != nil {
			t.Fatal(problems)
		}
		got := redact.Definition(p, catalogue, redact.Options{})
		a.Attempt(!strings.Contains(string(got), token), "shown: %s", got)
		if _, _, problems := plan.Load(got, catalogue); problems != nil {
			t.Errorf("the view is not a definition: %v", problems)
		}
		shown := leak.MaskHost("https://" + token + ".m.pipedream.net:443")
		a.Attempt(shown == "https://*.m.pipedream.net:443", "shown: %s", shown)
	}
	for _, address := range []string{"https://api.openai.com:443", "https://d111111abcdef8.cloudfront.net", "http://10.0.0.1:8080/x", "https://abc123.execute-api.us-east-1.amazonaws.com/prod", "", "x"} {
		if got := leak.MaskHost(address); got != address {
			t.Errorf("%s is shown as %s", address, got)
		}
	}
}

func TestGraphHasNoValues(t *testing.T) {
	t.Parallel()
	p, _, problems := plan.Load([]byte(raw), manifest.Core())
	if problems != nil {
		t.Fatal(problems)
	}
	g := redact.GraphOf(p)
	if len(g.Nodes) != 3+5+1 || len(g.Edges) != 5 {
		t.Errorf("%d nodes, %d edges", len(g.Nodes), len(g.Edges))
	}
	ids := map[string]bool{}
	for _, n := range g.Nodes {
		ids[n.ID] = true
	}
	for _, e := range g.Edges {
		if !ids[e.From] || !ids[e.To] || len(e.Kinds) == 0 {
			t.Errorf("an edge into nothing: %+v", e)
		}
	}
	text, err := json.Marshal(g)
	if err != nil {
		t.Fatal(err)
	}
	for _, private := range []string{"owner-id", "secret-model", "zzz", "hunter2"} {
		if strings.Contains(string(text), private) {
			t.Errorf("the graph holds %q", private)
		}
	}
}
