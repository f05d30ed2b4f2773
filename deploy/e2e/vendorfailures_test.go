package e2e_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/testkit/vendors"
)

// failing is one block of each provider.
var failing = map[string]string{
	openAIHost: "open_ai@v3", xAIHost: "spacexai@v1", groqHost: "openai_compatible@v1 groq", ollamaHost: "openai_compatible@v1 ollama",
	anthropicHost: "anthropic_claude@v3", geminiHost: "google_gemini@v4", routerHost: "meta_vlm@v1", visionHost: "google_vision_ocr@v1",
	paintersFor: "stability_ai_image_gen@v1",
}

// causes are the causes of failures; a mood without one has an answer.
var causes = map[vendors.Mood]string{
	vendors.BadKey: "credential_refused", vendors.Limited: "rate_limited", vendors.Spent: "credit_spent", vendors.TooLong: "context_too_long",
	vendors.UnknownModel: "model_unknown", vendors.Overloaded: "unavailable", vendors.Moderated: "content_blocked",
	vendors.Refusing: "content_blocked", vendors.Truncated: "answer_truncated", vendors.Garbage: "answer_unusable",
	vendors.Rejected: "request_rejected", vendors.CutOff: "answer_unusable", vendors.Calling: "tool_called", vendors.Empty: "answer_unusable",
}

// failures runs into every documented failure of every provider, with a visitor's credential.
func (w *vendorAsker) failures(t *testing.T) {
	for host, block := range failing {
		t.Run(credentialID(host), func(t *testing.T) {
			t.Parallel()
			flow := w.workflow(t, credentialID(host), asks(block))
			_, closed := w.share(t, flow, nil)
			visitor := w.in.tenant(t)
			visitor.visitor = true
			if host != visionHost && host != paintersFor {
				w.foreign(t, visitor, closed)
			}
			for _, mood := range append(vendors.Moods(host), vendors.Slow, vendors.Huge) {
				if mood == vendors.Huge && host != groqHost { // one is enough, it is large
					continue
				}
				t.Run(string(mood), func(t *testing.T) {
					t.Parallel()
					inputs, keys := w.brought(t, closed)
					inputs["image"] = anyPicture()
					w.s.FeelTowards(keys[host], mood)
					w.checkFailure(t, host, mood, visitor.call(t, http.MethodPost, "/v1/shared/"+closed+":run", object{"inputs": inputs}, patience(mood)...))
				})
			}
		})
	}
}

// patience is the deadline of a client. A provider that is slow would use it up.
func patience(mood vendors.Mood) []string {
	if mood == vendors.Slow {
		return short
	}
	return nil
}

func (w *vendorAsker) checkFailure(t *testing.T, host string, mood vendors.Mood, r reply) {
	t.Helper()
	var cause string
	for _, d := range r.list("details") {
		if c, ok := at(d, "metadata.cause").(string); ok {
			cause = c
		}
	}
	switch {
	case mood == vendors.Streaming:
		if r.status != http.StatusOK || r.text("outputs.0.0") != "a red motorcycle" {
			t.Errorf("a stream gives %s", r)
		}
	case mood == vendors.Slow:
		if r.status != http.StatusGatewayTimeout {
			t.Errorf("a slow answer gives %s", r)
		}
	case mood == vendors.Huge:
		if r.status < 400 || len(r.body) > 4096 {
			t.Errorf("an answer without an end gives %s", r)
		}
	case vendors.Shows(host, mood): // the guard sees the key first
		if r.reason() != "PROVIDER_FAILED" || !strings.Contains(r.text("message"), "withheld because it repeats the key") {
			t.Errorf("an answer with the key gives %s", r)
		}
	case r.reason() != "PROVIDER_FAILED" || cause != causes[mood]:
		t.Errorf("got %s, want the cause %s", r, causes[mood])
	}
}
