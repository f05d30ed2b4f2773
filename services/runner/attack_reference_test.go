package runner_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
	"github.com/keyhole-dev/keyhole/services/runner"
)

// TestAttackInputsThatReadLikeAReference: the text of an input never names a credential. It
// is sent unchanged, next to a credential of the owner.
func TestAttackInputsThatReadLikeAReference(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A9", "inputs that read like a reference to a credential")
	got := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		sent := map[string]string{}
		_ = json.Unmarshal(body, &sent)
		got <- r.Header.Get("Authorization") + " " + r.Header.Get("X-Text") + " " + r.URL.Query().Get("text") + " " + sent["text"]
	}))
	t.Cleanup(server.Close)
	w := newHarness(t, runner.Config{})
	w.vault.stored["workspaces/demo/credentials/llm"] = canary
	w.sharing.answer.SinksEnabled = true
	w.sharing.slots = []grant.Slot{{Step: "hook", Field: "headers.X-Key", Credential: "workspaces/demo/credentials/llm", Destination: server.URL}}
	w.sharing.definition = mustJSON(t, map[string]any{
		"version": "1.0",
		"inputs":  []any{map[string]any{"type": "WorkflowParameter", "name": "text"}},
		"steps": []any{map[string]any{
			"type": "roboflow_core/webhook_sink@v1", "name": "hook", "url": server.URL, "method": "POST", "fire_and_forget": false, "cooldown_seconds": 0,
			"headers":          map[string]any{"X-Key": "$credentials.llm", "X-Text": "$inputs.text"},
			"query_parameters": map[string]any{"text": "$inputs.text"},
			"json_payload":     map[string]any{"text": "$inputs.text"},
		}},
		"outputs": []any{map[string]any{"type": "JsonField", "name": "message", "selector": "$steps.hook.message"}},
	})
	for _, text := range []string{"$credentials", "$credentials.llm", "$credentials.other", "x/$credentials", "$inputs.text", "$steps.hook.message"} {
		answer, err := w.shared(t, map[string]any{"text": text})
		if err != nil || output(t, answer, "message") != "Notification sent successfully" {
			a.Attempt(false, "%q: %v %v", text, answer, err)
			continue
		}
		sent := <-got
		a.Attempt(sent == "Bearer "+canary+" "+text+" "+text+" "+text, "%q: the receiver got %q", text, sent)
	}
}
