package inspect_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

const inputs = `{"type":"WorkflowImage","name":"image"},{"type":"WorkflowParameter","name":"key"},{"type":"WorkflowParameter","name":"url","default_value":"HTTPS://Api.Example.com/v1"},
	{"type":"WorkflowParameter","name":"model","default_value":"ws/private/2"}`

func compile(t *testing.T, steps string) *plan.Plan {
	t.Helper()
	p, _, problems := plan.Load([]byte(`{"version":"1.0","inputs":[`+inputs+`],"steps":[`+steps+`],"outputs":[]}`), manifest.Core())
	if problems != nil {
		t.Fatal(problems)
	}
	return p
}

func llm(name, url, key string) string {
	return fmt.Sprintf(`{"type":"roboflow_core/openai_compatible@v1","name":%q,"base_url":%q,"model_name":"m","prompt":"p","api_key":%s}`, name, url, key)
}

func TestSlots(t *testing.T) {
	t.Parallel()
	report := inspect.Inspect(compile(t, strings.Join([]string{
		llm("bound", "http://LOCALHOST:9/v1", `"$credentials.k-1"`), llm("unbound", "https://x.example", `"$credentials"`), llm("none", "https://x.example", `null`),
		llm("given", "https://x.example", `"$inputs.key"`), llm("elsewhere", "$inputs.url", `"$credentials.k-1"`), llm("managed", "https://x.example", `"rf_key:user:7"`),
		`{"type":"roboflow_core/open_ai@v5","name":"left_out","images":"$inputs.image","prompt":"p"}`,
		`{"type":"roboflow_core/webhook_sink@v1","name":"hook","url":"https://h.example/x?y=1","method":"POST","headers":{"X-Key":"$credentials.h","Accept":"text/plain","Authorization":"$inputs.key"}}`,
	}, ",")))
	var got []string
	for _, s := range report.Slots {
		got = append(got, fmt.Sprintf("%s %s %s %s %q %s %v", s.Step, s.Field, s.Provider, s.Scheme, s.Credential, s.Destination.Address+s.Destination.Source, s.Destination.Constant))
	}
	want := []string{
		`bound api_key openai_compatible bearer "k-1" http://localhost:9 true`,
		`unbound api_key openai_compatible bearer "" https://x.example:443 true`,
		`elsewhere api_key openai_compatible bearer "k-1" $inputs.url false`,
		`managed api_key openai_compatible bearer "" https://x.example:443 true`,
		`left_out api_key openai bearer "" https://api.openai.com:443 true`,
		`hook headers.X-Key generic header "h" https://h.example:443 true`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if report.Slots[5].Parameter != "X-Key" {
		t.Errorf("the header is %q", report.Slots[5].Parameter)
	}
	var secrets []string
	for _, s := range report.SecretInputs {
		secrets = append(secrets, s.Input+" "+s.Step+"."+s.Field)
	}
	if diff := cmp.Diff([]string{"key given.api_key", "key hook.headers.Authorization"}, secrets); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"hook"}, report.Sinks); diff != "" {
		t.Error(diff)
	}
	if d := report.Destinations[4]; d.Default != "https://api.example.com:443" || d.Constant {
		t.Errorf("a destination that an input decides: %+v", d)
	}
}

func TestModels(t *testing.T) {
	t.Parallel()
	report := inspect.Inspect(compile(t, `{"type":"ObjectDetectionModel","name":"a","image":"$inputs.image","model_id":"m/1"},
		{"type":"ObjectDetectionModel","name":"b","image":"$inputs.image","model_id":"$inputs.model"},
		{"type":"PropertyDefinition","name":"p","data":"$inputs.model","operations":[]},
		{"type":"ObjectDetectionModel","name":"c","image":"$inputs.image","model_id":"$steps.p.output"},
		{"type":"roboflow_core/pp_ocr@v1","name":"d","image":"$inputs.image"},
		{"type":"roboflow_core/pp_ocr@v1","name":"e","image":"$inputs.image","text_detection":"tiny","text_recognition":"none"},
		{"type":"roboflow_core/pp_ocr@v1","name":"f","image":"$inputs.image","model_id":"ws/ocr/3"},
		{"type":"roboflow_core/clip@v1","name":"g","data":"x","version":"ViT-L-14"},
		{"type":"roboflow_core/clip_comparison@v2","name":"h","images":"$inputs.image","classes":["a"],"version":"$inputs.model"}`))
	var got []string
	for _, m := range report.Models {
		got = append(got, fmt.Sprintf("%s %s id=%s input=%s %v at %s", m.Step, m.Task, m.ID, m.Input, m.Dynamic, m.Pointer))
	}
	want := []string{
		"a object-detection id=m/1 input= false at /steps/0/model_id",
		"b object-detection id=ws/private/2 input=model false at /inputs/3/default_value",
		"c object-detection id= input= true at /steps/3/model_id",
		"d text-recognition id=operator/pp-ocr-small/1 input= false at ",
		"e text-recognition id=operator/pp-ocr-tiny/1 input= false at ",
		"f text-recognition id=ws/ocr/3 input= false at /steps/6/model_id",
		"g embedding id=clip-vit-l-14 input= false at ",
		"h embedding id=clip-ws/private/2 input= false at ", // the default of the input
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSecretInputThatGoesElsewhere(t *testing.T) {
	t.Parallel()
	p, _, problems := plan.Load([]byte(`{"version":"1.0","inputs":[`+inputs+`],"steps":[`+llm("a", "https://x.example", `"$inputs.key"`)+`,
		{"type":"roboflow_core/webhook_sink@v1","name":"hook","url":"https://h.example","method":"POST","json_payload":{"k":"$inputs.key"}}],
		"outputs":[{"type":"JsonField","name":"echo","selector":"$inputs.key"}]}`), manifest.Core())
	if problems != nil {
		t.Fatal(problems)
	}
	report := inspect.Inspect(p)
	if diff := cmp.Diff([]string{"hook.json_payload.k", "outputs.echo"}, report.SecretInputs[0].AlsoGoesTo); diff != "" {
		t.Error(diff)
	}
}

func TestComputedCredential(t *testing.T) {
	t.Parallel()
	report := inspect.Inspect(compile(t, `{"type":"roboflow_core/string_template@v1","name":"mix","template":"$inputs.key"},`+llm("a", "$steps.mix.output", `"$steps.mix.output"`)))
	if len(report.Computed) != 1 || report.Computed[0].Source != "$steps.mix.output" || report.Computed[0].Destination.Constant {
		t.Errorf("got %+v", report.Computed)
	}
}

func TestUnusableAddressIsAProblem(t *testing.T) {
	t.Parallel()
	const address = "ftp://user:hunter2@x.example"
	report := inspect.Inspect(compile(t, llm("a", address, `"$credentials.k"`)))
	if len(report.Problems) != 1 || report.Problems[0].Field != "base_url" || strings.Contains(report.Problems[0].Message, "hunter2") {
		t.Errorf("got %v", report.Problems)
	}
	if report.Slots[0].Destination.Address != "" {
		t.Errorf("the slot goes to %q", report.Slots[0].Destination.Address)
	}
}

func TestCanonical(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://API.openai.com/v1?x": "https://api.openai.com:443", "http://a.b": "http://a.b:80", "https://a:8443": "https://a:8443", "https://a/b@c": "https://a:443",
		"http://[::1]:9/": "http://[::1]:9", "http://127.0.0.1": "http://127.0.0.1:80", "HTTPS://a": "https://a:443",
		"http://[::ffff:127.0.0.1]": "", "https://bücher.example": "", "https://xn--bcher-kva.example": "", "http://a.b.": "", "https://a:08443": "", "https://a#b": "",
		"": "", "a.b": "", "//a": "", "file:///etc": "", "https://": "", "https://u@a": "", "https://u:p@a": "", "https://a:0": "", "https://a:": "", "https://a_b": "",
		"https://a:99999": "", "https:a": "", "https://a b": "", "https://[fe80::1%25eth0]/": "", "javascript:alert(1)": "", "https://a\n": "", "https://a\\b": "",
		"http://127.1": "", "http://0x7f.1": "", "http://2130706433": "", "http://017700000001": "", "http://0x7f000001": "", "http://1.2.3.4.5": "", "https://-a": "",
	} {
		got, err := inspect.Canonical(raw)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %q, %v; want %q", raw, got, err, want)
		}
	}
}

const (
	openAI = "sk-proj-A1b2C3d4E5f6G7h8I9j0"
	random = "q8Zr3LmX0vT9wKc2YbN7aPd5"
)

func TestLiterals(t *testing.T) {
	t.Parallel()
	raw := `{"version":"1.0","note":"mine is ` + openAI + `","inputs":[
		{"type":"WorkflowParameter","name":"key","default_value":"hunter2"},{"type":"WorkflowParameter","name":"q","default_value":{"a":["` + random + `"]}},
		{"type":"WorkflowParameter","name":"fine","default_value":"a long but ordinary sentence about 12 things"},{"type":"WorkflowParameter","name":"db_password","default_value":"xxxxxx"}],
		"steps":[{"type":"roboflow_core/openai_compatible@v1","name":"a","base_url":"https://x.example/?api_key=abc","model_name":"m","prompt":"use ` + openAI + ` please","api_key":"short"},
		{"type":"roboflow_core/openai_compatible@v1","name":"b","base_url":"https://x.example","model_name":"m","prompt":"p","api_key":"$inputs.key"},
		{"type":"roboflow_core/openai_compatible@v1","name":"c","base_url":"https://x.example","model_name":"m","prompt":"p","api_key":"$credentials.k","extra_body":{"max_tokens":"5"},"prompt_parameters":{"token":"ordinary"}},
		{"type":"roboflow_core/webhook_sink@v1","name":"w","url":"https://u:p@h.example","method":"GET","headers":{"Authorization":"Bearer x","X-Trace":"` + random + `","Accept":"application/json"},"query_parameters":{"page":"2"}},
		{"type":"unknown","name":"u","api_key":"zzzzzz","nested":{"Token":"yyyyyy","token":"has blanks in it"}},{"name":"untyped","password":"wwwwww"}],"outputs":[]}`
	d, _ := workflow.Parse([]byte(raw))
	found := inspect.Literals(d, manifest.Core())
	var got []string
	for _, l := range found {
		got = append(got, fmt.Sprintf("%s %s %v", l.Pointer, l.Reason, l.Replaceable))
	}
	want := []string{
		"/inputs/0/default_value credential_input false", "/inputs/1/default_value/a/0 high_entropy false", "/inputs/3/default_value secret_name false",
		"/note known_prefix false", "/steps/5/password secret_name false",
		"/steps/0/base_url known_prefix true", "/steps/0/prompt known_prefix false", "/steps/0/api_key credential_field true",
		"/steps/3/url known_prefix false", "/steps/3/headers/Authorization secret_name true", "/steps/3/headers/X-Trace high_entropy true",
		"/steps/4/api_key secret_name false", "/steps/4/nested/Token secret_name false",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if text, _ := json.Marshal(found); strings.Contains(string(text), openAI) || strings.Contains(string(text), "hunter2") {
		t.Errorf("the answer holds a secret: %s", text)
	}
}

func TestKnownPrefixesAreFoundAnywhere(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{
		openAI, "sk-ant-api03-abcDEF123456789012", "xoxb-123456789012-abc", "AKIAIOSFODNN7EXAMPLE", "AIza" + strings.Repeat("aB3", 12), "ghp_" + strings.Repeat("a1", 18),
		"hf_" + strings.Repeat("aB", 15), "kh_ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abcdefghijk",
		"-----BEGIN RSA PRIVATE KEY-----\\nMIIE",
	} {
		d, problems := workflow.Parse([]byte(`{"version":"1.0","x":["hello (` + secret + `)"],"inputs":[],"steps":[],"outputs":[]}`))
		if problems != nil {
			t.Fatal(problems)
		}
		if found := inspect.Literals(d, manifest.Core()); len(found) != 1 || found[0].Pointer != "/x/0" {
			t.Errorf("%s: found %v", secret, found)
		}
	}
}

func TestOrdinaryTextIsNoSecret(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"risk-assessment-of-things-to-come", "sk-learn-compatible-estimators", "yolov8n-640", "operator/pp-ocr-small/1", "https://example.com/path/to/thing?page=2",
		"Describe the picture in at most 100 words, please.", "550e8400-e29b-41d4-a716-446655440000", "$steps.detect.predictions", "roboflow_core/dynamic_crop@v1",
	} {
		d, problems := workflow.Parse([]byte(`{"version":"1.0","inputs":[{"type":"WorkflowParameter","name":"a","default_value":"` + text + `"}],"steps":[],"outputs":[],"x":"` + text + `"}`))
		if problems != nil {
			t.Fatal(problems)
		}
		if found := inspect.Literals(d, manifest.Core()); found != nil {
			t.Errorf("%s: found %v", text, found)
		}
	}
}

// An empty credential does not count where the step works without one, and is reported
// where it does not.
func TestEmptyCredentials(t *testing.T) {
	t.Parallel()
	openAI := func(version, field, key string) string {
		return fmt.Sprintf(`{"type":"roboflow_core/open_ai@%s","name":"s","images":"$inputs.image","prompt":"p","openai_model":"gpt-4o",%q:%s}`, version, field, key)
	}
	for _, tc := range []struct{ step, field string }{
		{llm("s", "https://x.example", `""`), ""},
		{llm("s", "https://x.example", `null`), ""},
		{`{"type":"roboflow_core/webhook_sink@v1","name":"s","url":"https://h.example/","method":"POST","headers":{"Authorization":""}}`, ""},
		{openAI("v1", "openai_api_key", `""`), "openai_api_key"},
		{openAI("v1", "openai_api_key", `null`), "openai_api_key"},
		{openAI("v2", "api_key", `""`), "api_key"},
		{openAI("v3", "api_key", `""`), "api_key"},
		{openAI("v4", "api_key", `""`), "api_key"},
		{openAI("v5", "api_key", `""`), "api_key"},
	} {
		problems := inspect.Inspect(compile(t, tc.step)).Problems
		if tc.field == "" {
			if len(problems) > 0 {
				t.Errorf("%s: %v", tc.step, problems)
			}
			continue
		}
		if len(problems) != 1 || problems[0].Field != tc.field || !strings.Contains(problems[0].Message, tc.field+" is empty") {
			t.Errorf("%s: %v", tc.step, problems)
		}
	}
}

// A reference in a list is sent as text, so a secret there is not replaced.
func TestSecretsInListsAreNotReplaceable(t *testing.T) {
	t.Parallel()
	const key = "sk-proj-Zk3vQ9xT7bLm2Wc8RfYh5NpJd4Gs6AeUiOqXwBzCtKyVnMrD"
	for _, fields := range []string{`"query_parameters":{"key":["` + key + `","b"]}`, `"json_payload":{"token":["` + key + `"]}`, `"json_payload":{"token":[["` + key + `"]]}`} {
		d, problems := workflow.Parse([]byte(`{"version":"1.0","inputs":[],"steps":[{"type":"roboflow_core/webhook_sink@v1","name":"h","url":"https://h.example/x","method":"POST",` + fields + `}],"outputs":[]}`))
		if problems != nil {
			t.Fatal(problems)
		}
		found := inspect.Literals(d, manifest.Core())
		if len(found) == 0 {
			t.Errorf("%s: not found", fields)
		}
		for _, l := range found {
			if l.Replaceable {
				t.Errorf("%s is replaceable", l.Pointer)
			}
		}
	}
}
