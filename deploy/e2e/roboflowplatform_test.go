package e2e_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	_ "image/jpeg"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
)

// platform drives what Roboflow's clients call besides runs: models, the builder, and the
// management of workflows. The requests are those that the clients send, in their order of
// fields.
func platform(t *testing.T, in *installation) {
	owner, other := in.tenant(t), in.tenant(t)
	id := strings.TrimPrefix(owner.name, "workspaces/")
	p := &platformClient{client: &client{in: in}, id: id, key: owner.key}
	p.server(t)
	p.management(t)
	p.forkAndShare(t)
	p.builder(t)
	p.models(t, owner)
	p.closed(t, other)
}

// platformClient sends its key as Roboflow's clients do, in the query or the body.
type platformClient struct {
	*client
	id, key string
}

// ok sends a request and expects an answer of 200.
func (p *platformClient) ok(t *testing.T, method, path, body string) reply {
	t.Helper()
	r := p.send(t, method, path, body)
	if r.status != http.StatusOK {
		t.Errorf("%s %s: %s", method, path, r)
	}
	return r
}

func (p *platformClient) send(t *testing.T, method, path, body string) reply {
	t.Helper()
	fill := strings.NewReplacer("{ws}", p.id, "{key}", p.key)
	var raw any
	if body != "" {
		raw = []byte(fill.Replace(body))
	}
	return p.call(t, method, fill.Replace(path), raw)
}

func (p *platformClient) server(t *testing.T) {
	if r := p.ok(t, http.MethodGet, "/info", ""); r.text("name") == "" || r.text("version") == "" || len(r.text("uuid")) != 36 {
		t.Errorf("/info: %s", r)
	}
	p.ok(t, http.MethodGet, "/readiness", "")
	p.ok(t, http.MethodGet, "/docs", "")
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if r := p.ok(t, method, "/?api_key={key}", ""); r.text("workspace") != p.id {
			t.Errorf("%s /: %s", method, r)
		}
	}
	if r := p.ok(t, http.MethodGet, "/{ws}?api_key={key}", ""); r.text("workspace.url") != p.id || r.text("workspace.name") == "" {
		t.Errorf("a workspace: %s", r)
	}
}

// definitionText is the definition that the platform's clients would wrap and send.
func definitionText(t *testing.T, output string) string {
	d := plain()
	d["outputs"] = []any{object{"type": "JsonField", "name": output, "selector": "$steps.hello.output"}}
	raw, err := json.Marshal(object{"specification": d})
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func (p *platformClient) management(t *testing.T) {
	query := url.Values{"api_key": {p.key}, "name": {"My Flow"}, "url": {"my-flow"}, "template": {"{}"}, "config": {definitionText(t, "one")}}
	if r := p.ok(t, http.MethodPost, "/{ws}/createWorkflow?"+query.Encode(), ""); r.text("url") != "my-flow" || r.text("workflows.id") != "my-flow" {
		t.Errorf("createWorkflow: %s", r)
	}
	if r := p.send(t, http.MethodPost, "/{ws}/createWorkflow?"+query.Encode(), ""); r.status != http.StatusConflict || r.text("error") == "" {
		t.Errorf("the same again: %s", r)
	}
	p.ok(t, http.MethodPost, "/{ws}/createWorkflow?api_key={key}&name=Empty&url=empty&template=%7B%7D&config=%7B%7D", "")
	config, err := json.Marshal(definitionText(t, "two"))
	if err != nil {
		t.Fatal(err)
	}
	if r := p.ok(t, http.MethodPost, "/{ws}/updateWorkflow?api_key={key}", `{"id": "my-flow", "name": "Renamed", "url": "my-flow", "config": `+string(config)+`}`); r.text("url") != "my-flow" || r.text("status") != "updated" {
		t.Errorf("updateWorkflow: %s", r)
	}
	if r := p.ok(t, http.MethodGet, "/{ws}/workflows?api_key={key}", ""); len(r.list("workflows")) != 2 || r.text("workflows.1.name") != "Renamed" || r.text("workflows.1.createdAt") == "" {
		t.Errorf("workflows: %s", r)
	}
	for version, output := range map[string]string{"": "two", "&workflow_version=1": "one"} {
		r := p.ok(t, http.MethodGet, "/{ws}/workflows/my-flow?api_key={key}"+version, "")
		var stored struct {
			Specification struct {
				Outputs []struct {
					Name string `json:"name"`
				} `json:"outputs"`
			} `json:"specification"`
		}
		if err := json.Unmarshal([]byte(r.text("workflow.config")), &stored); err != nil || len(stored.Specification.Outputs) != 1 || stored.Specification.Outputs[0].Name != output {
			t.Errorf("the definition of %q: %s", version, r)
		}
	}
	if r := p.ok(t, http.MethodGet, "/{ws}/workflows/my-flow/versions?api_key={key}", ""); len(r.list("versions")) != 2 || r.text("versions.0.version") != "2" || r.text("versions.0.created") == "" {
		t.Errorf("versions: %s", r)
	}
	p.trash(t)
}

func (p *platformClient) trash(t *testing.T) {
	if r := p.ok(t, http.MethodDelete, "/{ws}/workflows/empty?api_key={key}", ""); r.at("deleted") != true || r.at("trash") != true || r.text("workflowId") != "empty" {
		t.Errorf("DELETE: %s", r)
	}
	if r := p.ok(t, http.MethodGet, "/{ws}/trash?api_key={key}", ""); len(r.list("items")) != 1 || r.text("sections.workflows.0.id") != "empty" || r.text("items.0.scheduledCleanupAt") == "" {
		t.Errorf("trash: %s", r)
	}
	if r := p.send(t, http.MethodGet, "/{ws}/workflows/empty?api_key={key}", ""); r.status != http.StatusNotFound {
		t.Errorf("a workflow in the trash: %s", r)
	}
	p.ok(t, http.MethodPost, "/{ws}/trash/restore?api_key={key}", `{"type": "workflow", "id": "empty"}`)
	p.ok(t, http.MethodGet, "/{ws}/workflows/empty?api_key={key}", "")
}

func (p *platformClient) forkAndShare(t *testing.T) {
	if r := p.ok(t, http.MethodPost, "/{ws}/forkWorkflow?api_key={key}", `{"source_workspace": "{ws}", "source_workflow": "my-flow", "url": "copy"}`); r.text("workflow.url") != "copy" {
		t.Errorf("forkWorkflow: %s", r)
	}
	token := p.ok(t, http.MethodPost, "/{ws}/workflowToken", `{"api_key": "{key}", "id": "my-flow"}`).text("token")
	if again := p.ok(t, http.MethodPost, "/{ws}/workflowToken", "\n "+`{"api_key": "{key}", "id": "my-flow"}`).text("token"); token == "" || again != token {
		t.Errorf("workflowToken gives %q, then %q", token, again)
	}
	if r := p.in.guest().call(t, http.MethodPost, "/s/"+token+"/any/workflows/any", roboflowBody("null", `{"who": "client"}`)); r.text("outputs.0.two") != "hello client" {
		t.Errorf("through the token: %s", r)
	}
	if r := p.ok(t, http.MethodPost, "/{ws}/forkWorkflow?api_key={key}", `{"source_workspace": "s", "source_workflow": "`+token+`", "name": "From a link"}`); r.text("workflow.name") != "From a link" {
		t.Errorf("a fork of a link: %s", r)
	}
}

func (p *platformClient) builder(t *testing.T) {
	if r := p.ok(t, http.MethodPost, "/workflows/blocks/describe", `{}`); len(r.list("blocks")) < 200 || len(r.list("declared_kinds")) < 20 {
		t.Errorf("blocks/describe: %.300s", r)
	}
	p.ok(t, http.MethodGet, "/workflows/definition/schema", "")
	if r := p.ok(t, http.MethodGet, "/workflows/execution_engine/versions", ""); len(r.list("versions")) == 0 {
		t.Errorf("versions: %s", r)
	}
	bare := strings.TrimSuffix(strings.TrimPrefix(definitionText(t, "one"), `{"specification":`), "}")
	if r := p.ok(t, http.MethodPost, "/workflows/validate?api_key={key}", bare); r.text("status") != "ok" {
		t.Errorf("validate: %s", r)
	}
	if r := p.send(t, http.MethodPost, "/workflows/validate?api_key={key}", strings.Replace(bare, `"1.0"`, `"9.0"`, 1)); r.status != http.StatusBadRequest || r.text("error_type") != "NotSupportedExecutionEngineError" {
		t.Errorf("an invalid definition: %s", r)
	}
	for path, body := range map[string]string{
		"/workflows/describe_interface":              `{"api_key": "{key}", "specification": ` + bare + `}`,
		"/{ws}/workflows/my-flow/describe_interface": `{"api_key": "{key}", "workflow_version_id": "1"}`,
	} {
		if r := p.ok(t, http.MethodPost, path, body); r.text("outputs.one.0") != "string" || r.text("inputs.who.0") != "*" {
			t.Errorf("%s: %s", path, r)
		}
	}
	step := `{"type": "roboflow_core/json_parser@v1", "name": "j", "raw_json": "$inputs.x", "expected_fields": ["a"]}`
	if r := p.ok(t, http.MethodPost, "/workflows/blocks/dynamic_outputs?api_key={key}", step); !bytes.Contains(r.body, []byte(`"name":"a"`)) {
		t.Errorf("dynamic_outputs: %s", r)
	}
	// The api_key of a step is a field of the step, and not the key of the caller.
	asking := `{"type": "roboflow_core/openai_compatible@v1", "name": "a", "base_url": "https://x.example", "model_name": "m", "prompt": "p", "api_key": "$inputs.key"}`
	if r := p.ok(t, http.MethodPost, "/workflows/blocks/dynamic_outputs?api_key={key}", asking); !bytes.Contains(r.body, []byte(`"error_status"`)) {
		t.Errorf("dynamic_outputs of a step with a key: %s", r)
	}
}

func (p *platformClient) models(t *testing.T, owner *tenant) {
	owner.model(t, "objects", "object-detection", "VISIBILITY_PRIVATE", ".tools/testdata/yolov8n.onnx")
	raw, err := os.ReadFile("../../services/runner/templates/data/detect-crop-ask/sample.jpg")
	if err != nil {
		t.Fatal(err)
	}
	photo := base64.StdEncoding.EncodeToString(raw)
	r := p.ok(t, http.MethodGet, "/model/registry?api_key={key}", "")
	if r.text("models.0.model_id") != "objects/1" || r.text("models.0.task_type") != "object-detection" {
		t.Errorf("model/registry: %s", r)
	}
	p.ok(t, http.MethodPost, "/model/add", `{"model_id": "objects/1", "api_key": "{key}"}`)
	if r := p.send(t, http.MethodPost, "/model/add", `{"model_id": "nothing/1", "api_key": "{key}"}`); r.status != http.StatusNotFound {
		t.Errorf("a model that does not exist: %s", r)
	}
	p.ok(t, http.MethodPost, "/model/remove", `{"model_id": "objects/1"}`)
	p.ok(t, http.MethodPost, "/model/clear", "")
	legacy := p.ok(t, http.MethodPost, "/objects/1?api_key={key}&disable_active_learning=False", photo)
	wantDetections(t, "v0", legacy, "")
	wantDetections(t, "v0 with a form", p.form(t, raw), "")
	one := `{"type": "base64", "value": "` + photo + `"}`
	body := `{"api_key": "{key}", "model_id": "objects/1", "confidence": 0.4, "disable_active_learning": false, "image": `
	wantDetections(t, "v1", p.ok(t, http.MethodPost, "/infer/object_detection", body+one+`}`), "")
	wantDetections(t, "v1 with two", p.ok(t, http.MethodPost, "/infer/object_detection", body+`[`+one+`, `+one+`]}`), "1.")
	p.pictures(t, photo)
	if r := p.send(t, http.MethodPost, "/none/1?api_key={key}", photo); r.status != http.StatusNotFound || r.text("message") == "" {
		t.Errorf("v0 with a model that does not exist: %s", r)
	}
	if r := p.send(t, http.MethodPost, "/infer/object_detection", `{"api_key": "{key}"}`); r.status != http.StatusUnprocessableEntity {
		t.Errorf("v1 without a model: %s", r)
	}
}

// pictures: a client that asks for the predictions on the picture gets them there.
func (p *platformClient) pictures(t *testing.T, photo string) {
	t.Helper()
	r := p.ok(t, http.MethodPost, "/objects/1?api_key={key}&format=image&labels=true&stroke=3", photo)
	drawn, kind, err := image.Decode(bytes.NewReader(r.body))
	if err != nil || kind != "jpeg" || r.header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("v0 as a picture: %s %v, %.100q", kind, err, r.body)
		return
	}
	both := p.ok(t, http.MethodPost, "/objects/1?api_key={key}&format=image_and_json", photo)
	body := `{"api_key": "{key}", "model_id": "objects/1", "visualize_predictions": true, "visualization_labels": true, "image": {"type": "base64", "value": "` + photo + `"}}`
	for name, r := range map[string]reply{"v0": both, "v1": p.ok(t, http.MethodPost, "/infer/object_detection", body)} {
		wantDetections(t, name+" with a picture", r, "")
		raw, err := base64.StdEncoding.DecodeString(r.text("visualization"))
		if err != nil {
			t.Error(err)
		}
		if seen, _, err := image.Decode(bytes.NewReader(raw)); err != nil || seen.Bounds() != drawn.Bounds() {
			t.Errorf("%s with a picture: %v", name, err)
		}
	}
	if r := p.send(t, http.MethodPost, "/objects/1?api_key={key}&format=pdf", photo); r.status != http.StatusBadRequest {
		t.Errorf("an unknown format: %s", r)
	}
}

func (p *platformClient) form(t *testing.T, photo []byte) reply {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", "imageToUpload")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(photo)
	_ = w.Close()
	return p.call(t, http.MethodPost, "/objects/1?api_key="+p.key, b.Bytes(), "Content-Type", w.FormDataContentType())
}

func wantDetections(t *testing.T, name string, r reply, at string) {
	t.Helper()
	found := r.list(at + "predictions")
	if r.status != http.StatusOK || r.number(at+"image.width") == 0 || r.text(at+"inference_id") == "" || r.at(at+"time") == nil || len(found) == 0 {
		t.Errorf("%s: %.600s", name, r)
		return
	}
	one, _ := found[0].(map[string]any)
	for _, field := range []string{"x", "y", "width", "height", "confidence", "class", "class_id", "detection_id"} {
		if one[field] == nil {
			t.Errorf("%s: a detection without %s: %v", name, field, one)
		}
	}
}

// closed: nothing here opens a workspace to a guest, to the key of another workspace, or to a
// wrong key.
func (p *platformClient) closed(t *testing.T, other *tenant) {
	routes := []struct{ method, path, body string }{
		{http.MethodGet, "/{ws}/workflows?", ""},
		{http.MethodGet, "/{ws}/workflows/my-flow?", ""},
		{http.MethodGet, "/{ws}/workflows/my-flow/versions?", ""},
		{http.MethodGet, "/{ws}/trash?", ""},
		{http.MethodPost, "/{ws}/createWorkflow?name=x&url=x&config=%7B%7D", ""},
		{http.MethodPost, "/{ws}/updateWorkflow?", `{"id": "my-flow", "name": "x"}`},
		{http.MethodPost, "/{ws}/forkWorkflow?", `{"source_workspace": "{ws}", "source_workflow": "my-flow"}`},
		{http.MethodPost, "/{ws}/workflowToken?", `{"id": "my-flow"}`},
		{http.MethodPost, "/{ws}/trash/restore?", `{"type": "workflow", "id": "my-flow"}`},
		{http.MethodPost, "/{ws}/workflows/my-flow/describe_interface?", `{}`},
		{http.MethodDelete, "/{ws}/workflows/my-flow?", ""},
	}
	refused := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound}
	for _, key := range []string{"", "&api_key=" + other.key} {
		for _, c := range routes {
			r := p.send(t, c.method, c.path+key, c.body)
			if !slices.Contains(refused, r.status) || bytes.Contains(r.body, []byte("My Flow")) || key != "" && bytes.Contains(r.body, []byte(other.key)) {
				t.Errorf("%s %s: %s", c.method, c.path, r)
			}
		}
	}
	into := fmt.Sprintf("/%s/forkWorkflow?api_key=%s", strings.TrimPrefix(other.name, "workspaces/"), other.key)
	if r := p.send(t, http.MethodPost, into, `{"source_workspace": "{ws}", "source_workflow": "my-flow"}`); r.status != http.StatusNotFound {
		t.Errorf("a workflow of another workspace is copied: %s", r)
	}
	wrong := p.in.stranger(7000)
	if r := wrong.call(t, http.MethodGet, "/"+p.id+"/workflows?api_key="+wrong.key, nil); r.status != http.StatusUnauthorized || bytes.Contains(r.body, []byte(wrong.key)) {
		t.Errorf("a wrong key: %s", r)
	}
	if r := p.ok(t, http.MethodGet, "/{ws}/workflows/my-flow?api_key={key}", ""); r.text("workflow.name") != "Renamed" {
		t.Errorf("after it: %s", r)
	}
}
