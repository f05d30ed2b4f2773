package e2e_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// dot is a picture of one pixel.
const dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"

// emptyCredentials runs workflows whose credential is the empty text, the usual way to
// write "no key" for a private server.
func emptyCredentials(t *testing.T, in *installation) {
	provider, w, visitor := testkit.Provider(t), in.tenant(t), in.visitor(t)
	literal := ask(provider.URL, "")
	input := ask(provider.URL, "$inputs.k")
	input["inputs"] = append(input["inputs"].([]any), object{"type": "WorkflowParameter", "name": "k", "default_value": ""})
	key := in.secret()
	for name, definition := range map[string]object{"literal": literal, "input": input} {
		flow := w.workflow(t, name, definition)
		_, token := w.share(t, flow, nil)
		bodies := map[string]object{"left out": {"inputs": object{}}}
		if name == "input" {
			bodies["empty"], bodies["null"] = object{"inputs": object{"k": ""}}, object{"inputs": object{"k": nil}}
			bodies["given"] = object{"inputs": object{"k": key}}
		}
		for how, body := range bodies {
			inline := object{"specification": definition, "inputs": body["inputs"], "api_key": w.key}
			for way, r := range map[string]reply{
				"own":    w.call(t, http.MethodPost, flow+":run", body),
				"link":   visitor.shared(t, token, body),
				"inline": (&client{in: in}).call(t, http.MethodPost, "/workflows/run", inline),
			} {
				if r.status != http.StatusOK || !strings.Contains(string(r.body), "a red motorcycle") {
					t.Errorf("%s, %s, %s: %s", name, how, way, r)
				}
			}
			calls := provider.Calls()
			for _, call := range calls[len(calls)-min(3, len(calls)):] {
				if sent := call.Header.Get("Authorization"); (sent == "Bearer "+key) != (how == "given") || how != "given" && sent != "" {
					t.Errorf("%s, %s: Authorization %q", name, how, sent)
				}
			}
		}
	}
	openAI := func(key string) object {
		return object{
			"version": "1.0",
			"inputs":  []any{object{"type": "WorkflowImage", "name": "image"}, object{"type": "WorkflowParameter", "name": "k", "default_value": ""}},
			"steps": []any{object{
				"type": "roboflow_core/open_ai@v4", "name": "llm", "images": "$inputs.image", "task_type": "unconstrained", "prompt": "what is it?", "api_key": key,
			}},
			"outputs": []any{object{"type": "JsonField", "name": "answer", "selector": "$steps.llm.output"}},
		}
	}
	r := w.call(t, http.MethodPost, w.path()+"/workflows?workflowId=openai", object{"title": "x", "definition": openAI("")})
	if r.status != http.StatusBadRequest || !strings.Contains(string(r.body), "api_key is empty") {
		t.Errorf("saved: %s", r)
	}
	r = (&client{in: in}).call(t, http.MethodPost, "/workflows/run", object{"specification": openAI(""), "inputs": object{}, "api_key": w.key})
	if r.status != http.StatusBadRequest || !strings.Contains(string(r.body), "api_key is empty") {
		t.Errorf("inline: %s", r)
	}
	flow := w.workflow(t, "openai", openAI("$inputs.k"))
	_, token := w.share(t, flow, nil)
	picture := object{"type": "base64", "value": dot}
	for _, body := range []object{{"inputs": object{"image": picture}}, {"inputs": object{"image": picture, "k": ""}}} {
		wantRefusal(t, "own", w.call(t, http.MethodPost, flow+":run", body), http.StatusBadRequest, "INPUT_MISSING")
		r := visitor.shared(t, token, body)
		wantRefusal(t, "link", r, http.StatusBadRequest, "INPUT_MISSING")
		if !strings.Contains(string(r.body), "inputs.k") {
			t.Errorf("the input is not named: %s", r)
		}
	}
}
