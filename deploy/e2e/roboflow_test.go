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
	wrongRequests(t, owner, token)
	batch(t, in)
	limitedBatch(t, in)
}

// wrongRequests: each refusal has the status, the class and the form that Roboflow's server gives it.
func wrongRequests(t *testing.T, owner *tenant, token string) {
	id := strings.TrimPrefix(owner.name, "workspaces/")
	inline := func(change func(definition object)) []byte {
		d := plain()
		change(d)
		raw, err := json.Marshal(object{"specification": d, "inputs": object{"who": "x"}})
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	link := "/s/" + token + "/any/workflows/any"
	version := func(v string) []byte {
		return []byte(`{"inputs": {"who": "client"}, "workflow_version_id": ` + v + `}`)
	}
	for name, c := range map[string]struct {
		path   string
		body   []byte
		status int
		class  string
	}{
		"no inputs":        {"/" + id + "/workflows/hello", []byte(`{}`), http.StatusUnprocessableEntity, ""},
		"broken":           {"/" + id + "/workflows/hello", []byte(`{"inputs": `), http.StatusUnprocessableEntity, ""},
		"no specification": {"/workflows/run", []byte(`{"inputs": {}}`), http.StatusUnprocessableEntity, ""},
		"another engine":   {"/workflows/run", inline(func(d object) { d["version"] = "9.0" }), http.StatusBadRequest, "NotSupportedExecutionEngineError"},
		"a name twice": {"/workflows/run", inline(func(d object) {
			d["inputs"] = append(d["inputs"].([]any), d["inputs"].([]any)...)
		}), http.StatusBadRequest, "DuplicatedNameError"},
		"another version of a link": {link, version(`"7"`), http.StatusBadRequest, ""},
		"no number":                 {link, version(`"live"`), http.StatusBadRequest, ""},
	} {
		r := owner.call(t, http.MethodPost, c.path, c.body)
		if r.status != c.status || r.text("error_type") != c.class || r.text("message") == "" || (c.status == http.StatusUnprocessableEntity) != (len(r.list("detail")) == 1) {
			t.Errorf("%s: %s", name, r)
		}
	}
	wantHello(t, owner.call(t, http.MethodPost, link, version(`"1"`)))
	first := owner.call(t, http.MethodPost, "/nowhere", []byte(`{}`))
	for _, path := range []string{"/" + id + "/workflows/hello/x/y", "/infer/nowhere/x/y/z", "/s/" + token + "/x/y"} {
		if r := owner.call(t, http.MethodPost, path, []byte(`{}`)); r.status != http.StatusNotFound || string(r.body) != string(first.body) {
			t.Errorf("%s: %s, and another unknown path: %s", path, r, first)
		}
	}
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
