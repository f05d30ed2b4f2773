package e2e_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// roboflowBody is the body that Roboflow's Python client sends for run_workflow, in its
// order and with its nulls.
func roboflowBody(key, inputs string) []byte {
	return []byte(`{"api_key": ` + key + `, "use_cache": true, "enable_profiling": false, "inputs": ` + inputs + `}`)
}

// roboflow: Roboflow's unmodified clients run a workflow, a link, and a definition of their
// own.
func roboflow(t *testing.T, in *installation) {
	owner := in.tenant(t)
	owner.workflow(t, "hello", plain())
	_, token := owner.share(t, owner.path()+"/workflows/hello", nil)
	id := strings.TrimPrefix(owner.name, "workspaces/")
	anyone := &client{in: in}
	inputs := `{"who": "client"}`
	for _, path := range []string{"/" + id + "/workflows/hello", "/infer/workflows/" + id + "/hello", "//" + id + "/workflows/hello"} {
		wantHello(t, anyone.call(t, http.MethodPost, path, roboflowBody(`"`+owner.key+`"`, inputs)))
	}
	wantHello(t, owner.call(t, http.MethodPost, "/"+id+"/workflows/hello", roboflowBody("null", inputs)))
	wantHello(t, in.guest().call(t, http.MethodPost, "/s/"+token+"/any/workflows/any", roboflowBody("null", inputs)))

	specification, err := json.Marshal(plain())
	if err != nil {
		t.Fatal(err)
	}
	inline := bytes.Replace(roboflowBody(`"`+owner.key+`"`, inputs), []byte("{"), []byte(`{"specification": `+string(specification)+`, `), 1)
	wantHello(t, anyone.call(t, http.MethodPost, "/workflows/run", inline))
	if r := anyone.call(t, http.MethodPost, "/s/"+token+"/workflows/run", inline); r.status != http.StatusForbidden || r.text("message") == "" {
		t.Errorf("a definition at a link: %s", r)
	}
	for key, want := range map[string]int{"null": http.StatusUnauthorized, `"kh_wrong"`: http.StatusUnauthorized} {
		r := anyone.call(t, http.MethodPost, "/"+id+"/workflows/hello", roboflowBody(key, inputs))
		if r.status != want || r.text("message") == "" {
			t.Errorf("with the key %s: %s", key, r)
		}
	}
	other := in.tenant(t)
	if r := other.call(t, http.MethodPost, "/"+id+"/workflows/hello", roboflowBody("null", inputs)); r.status != http.StatusNotFound {
		t.Errorf("with another workspace's key: %s", r)
	}
	batch(t, in)
	limitedBatch(t, in)
}

func wantHello(t *testing.T, r reply) {
	t.Helper()
	if r.status != http.StatusOK || r.text("outputs.0.text") != "hello client" || len(r.list("outputs")) != 1 {
		t.Errorf("a Roboflow client gets %s", r)
	}
}

// batch: two pictures in, two objects out, nested like the client does.
func batch(t *testing.T, in *installation) {
	one, err := json.Marshal(picture(sign(t, "FIRST")))
	if err != nil {
		t.Fatal(err)
	}
	body := roboflowBody("null", `{"image": [`+string(one)+`, `+string(one)+`]}`)
	r := in.guest().call(t, http.MethodPost, "/s/"+in.demoToken(t)+"/demo/workflows/read-text", body)
	if len(r.list("outputs")) != 2 || r.text("outputs.1.picture.type") != "base64" || r.text("outputs.1.picture.value") == "" {
		t.Errorf("a batch of two gives %.600s", r)
	}
}

// limitedBatch: the limits on pictures apply to the lists that Roboflow's clients send. A
// list that does not fit uses nothing.
func limitedBatch(t *testing.T, in *installation) {
	owner := in.tenant(t)
	owner.workflow(t, "echo", map[string]any{
		"version": "1.0", "inputs": []any{map[string]any{"type": "WorkflowImage", "name": "image"}}, "steps": []any{},
		"outputs": []any{map[string]any{"type": "JsonField", "name": "same", "selector": "$inputs.image"}},
	})
	_, token := owner.share(t, owner.path()+"/workflows/echo", map[string]any{"limits": map[string]any{"runs": 3, "pictures": 7, "period": "PERIOD_DAY"}})
	one, err := json.Marshal(picture(sign(t, "ONE")))
	if err != nil {
		t.Fatal(err)
	}
	guest := in.guest()
	for at, step := range []struct{ pictures, want int }{
		{8, http.StatusPaymentRequired},
		{260, http.StatusPaymentRequired},
		{5, http.StatusOK},
		{3, http.StatusPaymentRequired},
		{2, http.StatusOK},
		{1, http.StatusPaymentRequired},
	} {
		list := "[" + strings.Repeat(string(one)+",", step.pictures-1) + string(one) + "]"
		path := []string{"/s/" + token + "/any/workflows/any", "/s/" + token + "/infer/workflows/any/any"}[at%2]
		r := guest.call(t, http.MethodPost, path, roboflowBody("null", `{"image": `+list+`}`))
		if r.status != step.want || step.want == http.StatusOK && len(r.list("outputs")) != step.pictures || step.want != http.StatusOK && r.text("message") == "" {
			t.Errorf("request %d with %d pictures: %.600s", at, step.pictures, r)
		}
	}
}
