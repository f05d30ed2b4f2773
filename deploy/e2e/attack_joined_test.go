package e2e_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// small is a piece that the guard does not remember: it has too few symbols.
const small = 7

// TestAttackASecretJoinedByBlocks lets a provider return a hidden key in pieces that pass
// the guard, and lets blocks of the run join them. The check at the end of the run sees
// what the visitor would see: nothing leaves, and the share is suspended.
func TestAttackASecretJoinedByBlocks(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A4", "string_template and json_parser join pieces of a hidden key")
	both(t, func(t *testing.T, k kind) {
		in := install(t, k, options{})
		for name, definition := range joiners() {
			for _, verb := range []string{":run", ":runStream", "roboflow"} {
				owner, visitor := in.tenant(t), in.tenant(t)
				visitor.visitor = true
				var secret string
				provider := slicing(t, func() string { return secret })
				secret = owner.credential(t, "llm", provider)
				flow := owner.workflow(t, "joins", definition(provider))
				share, token := owner.share(t, flow, hidden())
				var got reply
				if verb == "roboflow" {
					got = visitor.call(t, http.MethodPost, "/s/"+token+"/a/workflows/b", roboflowBody("null", `{}`))
				} else {
					got = visitor.call(t, http.MethodPost, "/v1/shared/"+token+verb, object{"inputs": object{}})
				}
				shown := strings.Contains(letters(got.body), letters([]byte(secret))[12:12+3*small])
				a.Attempt(!shown && strings.Contains(string(got.body), "cannot be reached"), "%s, %s: %s", name, verb, got)
				state := owner.get(t, "/v1/"+share)
				a.Attempt(state.text("state") == "SHARE_STATE_SUSPENDED", "%s, %s: the share is %s", name, verb, state.text("state"))
			}
		}
	})
}

// letters returns the letters and digits of a text.
func letters(text []byte) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, string(text))
}

// slicing is a provider that answers with the piece of the key that the prompt names, or
// with several as JSON, each under its own name.
func slicing(t *testing.T, secret func() string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked, _ := io.ReadAll(r.Body)
		body := strings.TrimPrefix(secret(), "sk-canary-")
		piece := func(i int) string { return body[i*small : (i+1)*small] }
		text := fmt.Sprintf(`{"one":"%s","two":"%s","three":"%s","four":"%s"}`, piece(0), piece(1), piece(2), piece(3))
		for i, word := range []string{"first", "second", "third"} {
			if strings.Contains(string(asked), word) {
				text = piece(i)
			}
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(object{
			"id": "c1", "object": "chat.completion", "model": "m",
			"choices": []any{object{"index": 0, "finish_reason": "stop", "message": object{"role": "assistant", "content": text}}},
		})
	}))
	t.Cleanup(s.Close)
	return s.URL + "/v1"
}

// asking returns a step that requests a piece.
func asking(name, url, prompt string) object {
	return object{
		"type": "roboflow_core/openai_compatible@v1", "name": name, "base_url": url, "model_name": "m",
		"prompt": prompt, "api_key": "$credentials.llm",
	}
}

// template returns a step that joins texts.
func template(text string, data object) object {
	return object{"type": "roboflow_core/string_template@v1", "name": "joined", "template": text, "data": data, "data_operations": object{}}
}

// joiners are the workflows that join.
func joiners() map[string]func(url string) object {
	output := func(name, selector string) object {
		return object{"type": "JsonField", "name": name, "selector": selector}
	}
	parser := object{
		"type": "roboflow_core/json_parser@v1", "name": "parsed", "raw_json": "$steps.ask.output",
		"expected_fields": []any{"one", "two", "three", "four"},
	}
	return map[string]func(string) object{
		"the answers of three steps": func(url string) object {
			return object{"version": "1.0", "inputs": []any{}, "steps": []any{
				asking("a", url, "first"), asking("b", url, "second"), asking("c", url, "third"),
				template("{a}{b}{c}", object{"a": "$steps.a.output", "b": "$steps.b.output", "c": "$steps.c.output"}),
			}, "outputs": []any{output("text", "$steps.joined.output")}}
		},
		"the fields of one answer": func(url string) object {
			return object{"version": "1.0", "inputs": []any{}, "steps": []any{
				asking("ask", url, "all"), parser,
				template("{a}{b}{c}", object{"a": "$steps.parsed.one", "b": "$steps.parsed.two", "c": "$steps.parsed.three"}),
			}, "outputs": []any{output("text", "$steps.joined.output"), output("fourth", "$steps.parsed.four")}}
		},
		"with dashes between": func(url string) object {
			return object{"version": "1.0", "inputs": []any{}, "steps": []any{
				asking("ask", url, "all"), parser,
				template("{a} - {b}\n{c}", object{"a": "$steps.parsed.one", "b": "$steps.parsed.two", "c": "$steps.parsed.three"}),
			}, "outputs": []any{output("text", "$steps.joined.output")}}
		},
	}
}
