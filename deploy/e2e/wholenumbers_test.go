package e2e_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// largeNumbers is a definition with numbers that a double cannot hold, which it sends out.
func largeNumbers(address string) string {
	return `{"version": "1.0",
 "inputs": [{"type": "WorkflowParameter", "name": "n", "kind": ["integer"], "default_value": 1764433020123456789},
            {"type": "WorkflowParameter", "name": "any", "default_value": 1.0}],
 "steps": [{"type": "roboflow_core/property_definition@v1", "name": "p", "data": "$inputs.n", "operations": [{"type": "ToString"}]},
           {"type": "roboflow_core/webhook_sink@v1", "name": "send", "url": "` + address + `", "method": "POST", "fire_and_forget": false, "cooldown_seconds": 0,
            "json_payload": {"channel_id": 112233445566778899, "n": "$inputs.n"}}],
 "outputs": [{"type": "JsonField", "name": "text", "selector": "$steps.p.output"}, {"type": "JsonField", "name": "n", "selector": "$inputs.n"},
             {"type": "JsonField", "name": "any", "selector": "$inputs.any"}, {"type": "JsonField", "name": "sent", "selector": "$steps.send.error_status"}]}`
}

// wholeNumbers: large numbers are equal in what is stored, shown, run and sent, whether or
// not the definition came in a wrapper.
func wholeNumbers(t *testing.T, in *installation) {
	server, owner := takeHooks(t), in.tenant(t)
	sent := make(chan string, 20)
	server.answers(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		sent <- string(body)
	})
	definition := largeNumbers(server.URL + "/hook")
	text, _ := json.Marshal(`{"specification": ` + definition + `}`) // a text can always be marshalled
	flow := owner.path() + "/workflows/ids"
	created := owner.call(t, http.MethodPost, owner.path()+"/workflows?workflowId=ids", []byte("\xef\xbb\xbf"+`{"title": "ids", "definition": {"config": `+string(text)+`}}`))
	if created.status != http.StatusOK {
		t.Fatal(created)
	}
	_, token := owner.share(t, flow, object{"sinksEnabled": true})
	for what, r := range map[string]reply{"create": created, "get": owner.get(t, flow), "version": owner.get(t, flow+"/versions/1"), "view": in.guest().get(t, "/v1/shared/"+token)} {
		for _, number := range []string{`1764433020123456789`, `112233445566778899`, `1.0`} {
			if !strings.Contains(string(r.body), number) {
				t.Errorf("%s: no %s in %s", what, number, r)
			}
		}
	}
	if view := in.guest().get(t, "/v1/shared/"+token); !strings.Contains(string(view.body), `"defaultValue":1764433020123456789`) {
		t.Errorf("the interface: %s", view)
	}
	inputs := []byte(`{"inputs": {"n": 9007199254740993, "any": [12345678901234567890123, 1.0]}}`)
	for what, run := range map[string]func() reply{
		"own":        func() reply { return owner.call(t, http.MethodPost, flow+":run", inputs) },
		"own stream": func() reply { return owner.call(t, http.MethodPost, flow+":runStream", inputs) },
		"link":       func() reply { return in.guest().call(t, http.MethodPost, "/v1/shared/"+token+":run", inputs) },
		"Roboflow's": func() reply {
			return owner.call(t, http.MethodPost, "/"+strings.TrimPrefix(owner.name, "workspaces/")+"/workflows/ids", inputs)
		},
		"inline, wrapped": func() reply {
			return owner.call(t, http.MethodPost, "/workflows/run", []byte(`{"specification": {"specification": `+definition+`}, `+string(inputs[1:])))
		},
	} {
		r := run()
		for _, want := range []string{`"n":9007199254740993`, `"text":"9007199254740993"`, `[12345678901234567890123,1.0]`, `"sent":false`} {
			if r.status != http.StatusOK || !strings.Contains(string(r.body), want) {
				t.Errorf("%s: no %s in %s", what, want, r)
			}
		}
	}
	if len(sent) != 5 {
		t.Errorf("%d webhooks", len(sent))
	}
	for range len(sent) {
		if got, want := <-sent, `{"channel_id":112233445566778899,"n":9007199254740993}`; got != want {
			t.Errorf("sent %s, want %s", got, want)
		}
	}
	inputKinds(t, in, owner, flow)
}

// inputKinds: a value that is not of its input's kind is refused by name, before anything
// runs.
func inputKinds(t *testing.T, in *installation, owner *tenant, flow string) {
	for inputs, want := range map[string]string{
		`{"n": 1.5}`:          "INPUT_INVALID",
		`{"n": "x"}`:          "INPUT_INVALID",
		`{"n": [1]}`:          "INPUT_INVALID",
		`{"m": 1}`:            "INPUT_UNKNOWN",
		`{"m": null}`:         "INPUT_UNKNOWN",
		`{"n": " 12 "}`:       `"n":12`,
		`{"n": 12.0}`:         `"n":12`,
		`{"any": {"x": 1.0}}`: `{"x":1.0}`,
	} {
		if r := owner.call(t, http.MethodPost, flow+":run", []byte(`{"inputs": `+inputs+`}`)); !strings.Contains(string(r.body), want) {
			t.Errorf("%s: no %s in %s", inputs, want, r)
		}
	}
	ws := strings.TrimPrefix(owner.name, "workspaces/")
	if r := owner.call(t, http.MethodPost, "/"+ws+"/workflows/ids", []byte(`{"inputs": {"m": 1}}`)); r.status != http.StatusOK {
		t.Errorf("Roboflow's clients: %s", r)
	}
	r := owner.call(t, http.MethodPost, owner.path()+"/workflows?workflowId=bad", []byte(`{"title": "bad", "definition": {"config": "{\"steps\":\n tru}"}}`))
	if r.status != http.StatusBadRequest || !strings.Contains(string(r.body), "line 2, column 2") {
		t.Errorf("a fault in a config: %s", r)
	}
}
