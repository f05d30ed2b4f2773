package inspect_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

func literalsOf(t *testing.T, step map[string]any) []inspect.Literal {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"version": "1.0", "inputs": []any{}, "steps": []any{step}, "outputs": []any{}})
	if err != nil {
		t.Fatal(err)
	}
	d, problems := workflow.Parse(raw)
	if problems != nil {
		t.Fatal(problems)
	}
	return inspect.Literals(d, manifest.Core())
}

// TestAttackSecretInABlockThatCannotRun plants secrets in every field of every block that
// cannot run, and at places that its manifest does not know.
func TestAttackSecretInABlockThatCannotRun(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "I10-1", "a secret in a block that cannot run")
	for _, m := range manifest.Core().All() {
		if m.Runs() {
			continue
		}
		values := map[string]any{"password": "hunter2", "note": openAI, "uistate": map[string]any{"api_key": "zzzzzz"}, "extra": random}
		for i := range m.Fields {
			f := &m.Fields[i]
			values[f.Name] = openAI
			if f.Credential != nil {
				values[f.Name] = "short"
			}
		}
		for name, value := range values {
			found := literalsOf(t, map[string]any{"type": m.Type, "name": "s", name: value})
			a.Attempt(len(found) > 0, "%s.%s", m.Type, name)
		}
	}
}

// TestAttackSecretInANestedWorkflow plants secrets in a workflow inside of a step.
func TestAttackSecretInANestedWorkflow(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "I10-2", "a secret in a nested workflow")
	for name, inner := range map[string]string{
		"a credential field":          `{"version":"1.0","inputs":[],"steps":[{"type":"roboflow_core/open_ai@v2","name":"i","api_key":"two words","images":"$inputs.i","prompt":"p"}],"outputs":[]}`,
		"the default of its input":    `{"version":"1.0","inputs":[{"type":"WorkflowParameter","name":"k","default_value":"hunter2"}],"steps":[{"type":"roboflow_core/open_ai@v2","name":"i","api_key":"$inputs.k"}],"outputs":[]}`,
		"an unknown block":            `{"version":"1.0","inputs":[],"steps":[{"type":"acme/x@v1","name":"i","token":"zzzzzz"}],"outputs":[]}`,
		"a prompt":                    `{"version":"1.0","inputs":[],"steps":[{"type":"roboflow_core/open_ai@v2","name":"i","prompt":"` + openAI + `"}],"outputs":[]}`,
		"a workflow inside of itself": `{"version":"1.0","inputs":[],"steps":[{"type":"roboflow_core/inner_workflow@v1","name":"d","workflow_definition":{"version":"1.0","inputs":[],"steps":[{"type":"roboflow_core/slack_notification@v1","name":"i","slack_token":"two words"}],"outputs":[]}}],"outputs":[]}`,
	} {
		var definition any
		if err := json.Unmarshal([]byte(inner), &definition); err != nil {
			t.Fatal(err)
		}
		found := literalsOf(t, map[string]any{"type": inspect.InnerWorkflow, "name": "s", "workflow_definition": definition})
		refused := slices.ContainsFunc(found, func(l inspect.Literal) bool { return !l.Replaceable && !l.Guess })
		a.Attempt(refused || name == "an unknown block" && len(found) > 0, "%s: %v", name, found)
	}
}

// TestLoginsAreSlots: the reference marks none of these as secret.
func TestLoginsAreSlots(t *testing.T) {
	t.Parallel()
	report := inspect.Inspect(compile(t, strings.Join([]string{
		`{"type":"mqtt_writer_sink@v1","name":"mqtt","host":"Broker.Example","port":1883,"topic":"t","message":"m","username":"$credentials.u","password":"$credentials"}`,
		`{"type":"roboflow_core/s3_sink@v1","name":"s3","content":"$inputs.url","output_mode":"append_log","bucket_name":"frames","aws_access_key_id":"$credentials.a","aws_secret_access_key":"$inputs.key"}`,
		`{"type":"roboflow_enterprise/opc_writer_sink@v1","name":"opc","url":"opc.tcp://plc.example:4840/x","namespace":"n","user_name":"$credentials","password":"$credentials","object_name":"o","variable_name":"v","value":1}`,
		`{"type":"roboflow_core/microsoft_sql_server_sink@v1","name":"sql","host":"$inputs.url","database":"d","password":"$credentials.p","table_name":"t","data":{}}`,
	}, ",")))
	var got []string
	for _, s := range report.Slots {
		got = append(got, fmt.Sprintf("%s.%s %s %q at %s%s", s.Step, s.Field, s.Scheme, s.Credential, s.Destination.Address, s.Destination.Source))
	}
	want := []string{
		`mqtt.username login "u" at mqtt://broker.example`, `mqtt.password login "" at mqtt://broker.example`,
		`s3.aws_access_key_id account "a" at https://frames.s3.us-east-1.amazonaws.com:443`,
		`opc.user_name login "" at opc.tcp://plc.example:4840`, `opc.password login "" at opc.tcp://plc.example:4840`,
		`sql.password login "p" at $inputs.url`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var reasons []string
	for _, n := range report.NotRunnable {
		reasons = append(reasons, n.Step+": "+n.Why)
	}
	want = []string{"mqtt: needs an MQTT broker", "opc: needs an OPC UA server", "sql: needs a Microsoft SQL Server"}
	if diff := cmp.Diff(want, reasons); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"mqtt", "s3", "opc", "sql"}, report.Sinks); diff != "" {
		t.Error(diff)
	}
}

// A value of a field with which a block cannot run is found before anything is reserved, also
// where it is the default.
func TestConstantsThatCannotRun(t *testing.T) {
	t.Parallel()
	const step = `{"type":"roboflow_core/qwen_vlm@v%d","name":"q","images":"$inputs.image","prompt":"?"%s}`
	for version := 1; version <= 2; version++ {
		for fields, want := range map[string]string{
			``: "needs_weights", `,"backend":"native"`: "needs_weights", `,"backend":"openrouter"`: "",
		} {
			report := inspect.Inspect(compile(t, fmt.Sprintf(step, version, fields)))
			got := ""
			for _, n := range report.NotRunnable {
				got += string(n.Reason)
				if !strings.Contains(n.Why, "openrouter") {
					t.Errorf("%q does not say what to change", n.Why)
				}
			}
			if got != want {
				t.Errorf("version %d with %q: %q, want %q", version, fields, got, want)
			}
		}
	}
}
