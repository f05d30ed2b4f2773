package signature_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
	"github.com/keyhole-dev/keyhole/services/workflow/signature"
)

func compile(t *testing.T, raw string) (*plan.Plan, inspect.Report) {
	t.Helper()
	p, _, problems := plan.Load([]byte(raw), manifest.Core())
	if problems != nil {
		t.Fatal(problems)
	}
	return p, inspect.Inspect(p)
}

func llm(name, url, key string) string {
	return fmt.Sprintf(`{"type":"roboflow_core/openai_compatible@v1","name":%q,"base_url":%q,"model_name":"m","prompt":"$inputs.prompt","api_key":%q}`, name, url, key)
}

func TestInterface(t *testing.T) {
	t.Parallel()
	p, report := compile(t, `{"version":"1.0","inputs":[{"type":"WorkflowImage","name":"image"},{"type":"WorkflowParameter","name":"prompt"},
		{"type":"WorkflowParameter","name":"confidence","default_value":0.5},{"type":"WorkflowParameter","name":"unused"},{"type":"WorkflowParameter","name":"mine"}],
		"steps":[`+llm("a", "https://x.example", "$inputs.mine")+`,{"type":"ObjectDetectionModel","name":"d","image":"$inputs.image","model_id":"m/1","confidence":"$inputs.confidence"},
		{"type":"Crop","name":"c","image":"$inputs.image","predictions":"$steps.d.predictions"}],
		"outputs":[{"type":"JsonField","name":"answer","selector":"$steps.a.output"},{"type":"JsonField","name":"crops","selector":"$steps.c.crops"}]}`)
	s := signature.Of(p, report)
	var got []string
	for _, in := range s.Inputs {
		got = append(got, fmt.Sprintf("%s %v required=%v default=%v secret=%v", in.Name, in.Kinds, in.Required, in.Default, in.Secret))
	}
	want := []string{
		"image [image] required=true default=<nil> secret=false", "prompt [string] required=true default=<nil> secret=false",
		"confidence [float_zero_to_one] required=false default=0.5 secret=false", "unused [*] required=false default=<nil> secret=false",
		"mine [secret string] required=false default=<nil> secret=true",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if s.Outputs[0].Dimensionality != 0 || s.Outputs[1].Dimensionality != 2 || s.Outputs[1].Kinds[0] != "image" {
		t.Errorf("outputs %+v", s.Outputs)
	}
}

func TestCredentialInputs(t *testing.T) {
	t.Parallel()
	p, report := compile(t, `{"version":"1.0","inputs":[{"type":"WorkflowParameter","name":"prompt"},{"type":"WorkflowParameter","name":"a_api_key"}],"steps":[`+strings.Join([]string{
		llm("a", "https://x.example/v1", "$credentials.k"), llm("same", "https://x.example/v2", "$credentials.k"),
		llm("other_host", "https://y.example", "$credentials.k"), llm("other_key", "https://x.example", "$credentials.l"),
		llm("unbound", "https://x.example", "$credentials"), llm("open", "$inputs.prompt", "$credentials.k"),
		`{"type":"roboflow_core/webhook_sink@v1","name":"w w","url":"https://h.example","method":"GET","headers":{"X-Key":"$credentials.k"}}`,
	}, ",")+`],"outputs":[]}`)
	var got []string
	for _, in := range signature.CredentialInputs(p, report) {
		got = append(got, fmt.Sprintf("%s %s %d %v", in.Name, in.Credential.Destination, len(in.Credential.Slots), in.Required && in.Secret))
	}
	want := []string{
		"a_api_key_2 https://x.example:443 2 true", "other_host_api_key https://y.example:443 1 true", "other_key_api_key https://x.example:443 1 true",
		"unbound_api_key https://x.example:443 1 true", "open_api_key $inputs.prompt 1 true", "w_w_headers_X-Key https://h.example:443 1 true",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// An input that fills a credential is required if the step cannot work without one, also if
// the default is empty, because an empty text is not a credential.
func TestAnEmptyDefaultIsNoCredential(t *testing.T) {
	t.Parallel()
	for _, step := range []struct {
		source   string
		required bool
	}{
		{llm("a", "https://x.example", "$inputs.k"), false},
		{`{"type":"roboflow_core/open_ai@v2","name":"a","images":"$inputs.image","prompt":"p","api_key":"$inputs.k"}`, true},
		{`{"type":"roboflow_core/open_ai@v4","name":"a","images":"$inputs.image","prompt":"p","api_key":"$inputs.k"}`, true},
		{`{"type":"roboflow_core/webhook_sink@v1","name":"a","url":"https://h.example/","method":"POST","headers":{"Authorization":"$inputs.k"}}`, false},
	} {
		for _, value := range []string{`,"default_value":""`, `,"default_value":null`, ``} {
			p, report := compile(t, `{"version":"1.0","inputs":[{"type":"WorkflowImage","name":"image"},{"type":"WorkflowParameter","name":"prompt","default_value":"p"},
				{"type":"WorkflowParameter","name":"k"`+value+`}],"steps":[`+step.source+`],"outputs":[]}`)
			if in := signature.Of(p, report).Inputs[2]; in.Required != step.required {
				t.Errorf("%s with %q: required is %v", step.source, value, in.Required)
			}
		}
	}
}
