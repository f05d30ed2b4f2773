package e2e_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/modelworker/workertest"
)

// model uploads a model and returns its ID.
func (w *tenant) model(t testing.TB, id, task, visibility, file string) string {
	t.Helper()
	w.post(t, w.path()+"/models?modelId="+id, object{"title": id, "task": task, "visibility": visibility})
	weights, err := os.Open(workertest.Fetched(t, file))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = weights.Close() }()
	version := w.post(t, w.path()+"/models/"+id+"/versions", object{}).text("name")
	if r := w.must(t, http.MethodPut, "/v1/"+version+"/artifact", weights); r.text("state") != "STATE_READY" {
		t.Fatalf("the uploaded model is %s", r)
	}
	return id + "/1"
}

// choosing is a workflow with every block that runs a model. Its inputs choose the models.
func choosing() object {
	steps := []any{object{"type": "roboflow_core/pp_ocr@v1", "name": "read", "images": "$inputs.image", "model_id": "$inputs.reader"}}
	outputs := []any{object{"type": "JsonField", "name": "text", "selector": "$steps.read.result"}}
	for _, v := range []string{"1", "2", "3"} {
		steps = append(steps, object{
			"type": "roboflow_core/roboflow_object_detection_model@v" + v, "name": "detect" + v, "images": "$inputs.image", "model_id": "$inputs.detector",
		})
		outputs = append(outputs, object{"type": "JsonField", "name": "found" + v, "selector": "$steps.detect" + v + ".predictions"})
	}
	for _, v := range []string{"2", "3"} {
		outputs = append(outputs, object{"type": "JsonField", "name": "with" + v, "selector": "$steps.detect" + v + ".model_id"})
	}
	return object{
		"version": "1.0", "steps": steps, "outputs": outputs,
		"inputs": []any{
			object{"type": "WorkflowImage", "name": "image"},
			object{"type": "WorkflowParameter", "name": "detector", "default_value": "objects/1"},
			object{"type": "WorkflowParameter", "name": "reader", "default_value": "texts/1"},
		},
	}
}

// chooseModels: an input chooses the model, in an own run and, among public models, through
// a link, whatever the owner has opened.
func chooseModels(t *testing.T, in *installation) {
	owner := in.tenant(t)
	const detector, reader = ".tools/testdata/yolov8n.onnx", "bin/models/pp-ocr.zip"
	for id, visibility := range map[string]string{"objects": "VISIBILITY_PRIVATE", "things": "VISIBILITY_PUBLIC", "hidden": "VISIBILITY_PRIVATE"} {
		owner.model(t, id, "object-detection", visibility, detector)
	}
	owner.model(t, "texts", "text-recognition", "VISIBILITY_PRIVATE", reader)
	owner.model(t, "letters", "text-recognition", "VISIBILITY_PUBLIC", reader)
	flow := owner.workflow(t, "choose", choosing())
	one := picture(sign(t, "KEYHOLE"))
	given := func(image any, more ...string) object {
		inputs := object{"image": image}
		for i := 0; i+1 < len(more); i += 2 {
			inputs[more[i]] = more[i+1]
		}
		return object{"inputs": inputs}
	}
	chosen := func(r reply, detector string, results int) {
		t.Helper()
		if r.status != http.StatusOK || len(r.list("outputs")) != results || r.text("outputs.0.with2") != detector ||
			r.text("outputs.0.with3") != detector || !strings.Contains(r.text("outputs.0.text"), "KEYHOLE") {
			t.Errorf("a run with %s: %.600s", detector, r)
		}
	}
	chosen(owner.post(t, flow+":run", given(one)), "objects/1", 1)
	chosen(owner.post(t, flow+":run", given(one, "detector", "hidden/1", "reader", "letters/1")), "hidden/1", 1)
	chosen(owner.post(t, flow+":run", given([]any{one, one}, "detector", "things/1")), "things/1", 2)
	if r := owner.call(t, http.MethodPost, flow+":run", object{"inputs": object{"image": one, "detector": []any{"things/1"}}}); r.reason() != "INPUT_INVALID" {
		t.Errorf("a list for one model: %s", r)
	}

	_, open := owner.share(t, flow, object{"runAccess": "RUN_ACCESS_OWNER"})
	_, closed := owner.share(t, flow, nil)
	guest := in.guest()
	chosen(guest.shared(t, open, given(one)), "objects/1", 1)
	chosen(guest.shared(t, open, given(one, "detector", "things/1", "reader", "letters/1")), "things/1", 1)
	chosen(guest.shared(t, closed, given(one, "detector", "things/1", "reader", "letters/1")), "things/1", 1)
	if r := guest.shared(t, closed, given(one, "detector", "things/1")); r.reason() != "MODEL_PRIVATE" {
		t.Errorf("a closed link whose other model is private: %s", r)
	}
	id := strings.TrimPrefix(owner.name, "workspaces/")
	for _, token := range []string{open, closed} {
		nothing := guest.shared(t, token, given(one, "detector", "nothing/1", "reader", "letters/1"))
		for _, name := range []string{"hidden/1", id + "/hidden/1"} {
			r := guest.shared(t, token, given(one, "detector", name, "reader", "letters/1"))
			same := strings.ReplaceAll(string(nothing.body), "nothing/1", name)
			if diff := cmp.Diff(same, string(r.body)); diff != "" || r.status != nothing.status || r.reason() != "MODEL_NOT_FOUND" {
				t.Errorf("the owner's other private model has another answer: %s", diff)
			}
		}
	}
	// Roboflow's clients send JSON unchanged.
	r := guest.call(t, http.MethodPost, "/s/"+open+"/any/workflows/any", object{"inputs": given(one, "detector", "things/1")["inputs"]})
	if r.status != http.StatusOK || r.text("outputs.0.with2") != "things/1" {
		t.Errorf("a Roboflow client chooses a model: %.600s", r)
	}
	want := map[string]int64{
		"objects": 3 * 2, "things": 3 * (2 + 1 + 1), "hidden": 3, "texts": 1 + 2 + 1 + 1, "letters": 2,
	}
	got := map[string]int64{}
	for group, row := range owner.usage(t, "model") {
		if parts := strings.Split(group, "/"); len(parts) == 6 {
			got[parts[3]] = number(row["modelImages"])
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what the owner was charged, the run through the closed link not among it: %s", diff)
	}
}
