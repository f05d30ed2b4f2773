package protocol

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Complaint is what an error answer says. The providers use the same few forms:
//
//	{"error": {"message", "type", "code"}}           OpenAI, Groq, Ollama, OpenRouter
//	{"type": "error", "error": {"type", "message"}}  Anthropic
//	{"error": {"message", "status", "details"}}      Google
//	{"code", "error": "message"}                     xAI, Ollama
//	{"name", "errors": ["message"]}                  Stability
type Complaint struct {
	Message string
	// Code is a status inside of the answer, 0 for none.
	Code int
	// words are the codes and types of the answer, in lower case.
	words []string
}

// maxDepth bounds how deep Read looks for codes.
const maxDepth = 4

// Read reads the body of an error answer. It never fails: an answer that cannot be read says
// nothing.
func Read(body []byte) Complaint {
	var c Complaint
	var v any
	if json.Unmarshal(body, &v) == nil {
		c.collect("", v, maxDepth)
	}
	return c
}

// collect reads the codes and the first message of an error answer.
func (c *Complaint) collect(key string, v any, depth int) {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if depth > 0 {
				c.collect(key, v[key], depth-1)
			}
		}
	case []any:
		for _, inner := range v {
			if depth > 0 {
				c.collect(key, inner, depth-1)
			}
		}
	case string:
		c.text(key, v)
	case float64:
		if key == "code" && v >= 100 && v < 600 {
			c.Code = int(v)
		}
	}
}

func (c *Complaint) text(key, v string) {
	switch key {
	case "code", "type", "status", "reason", "reasons", "name":
		c.words = append(c.words, strings.ToLower(v))
		if n, err := strconv.Atoi(v); err == nil && c.Code == 0 && key == "code" {
			c.Code = n
		}
	case "message", "error", "errors", "detail":
		if c.Message == "" || key == "message" {
			c.Message = v
		}
	}
	if key == "flagged_input" { // OpenRouter shows what its moderation found
		c.words = append(c.words, "content_moderation")
	}
}

// codes are the codes and types that are more specific than the status. The first one in the
// answer counts.
var codes = []struct {
	word string
	kind *Kind
}{
	{"content_moderation", Blocked},
	{"content_policy_violation", Blocked},
	{"content_filter", Blocked},
	{"moderation_blocked", Blocked},
	{"safety", Blocked},
	{"invalid_prompt", Blocked},
	{"context_length_exceeded", TooLong},
	{"insufficient_quota", CreditSpent},
	{"billing_error", CreditSpent},
	{"billing_hard_limit_reached", CreditSpent},
	{"api_key_invalid", CredentialRefused},
	{"invalid_api_key", CredentialRefused},
	{"authentication_error", CredentialRefused},
	{"permission_error", CredentialRefused},
	{"api_key_service_blocked", CredentialRefused},
	{"request_too_large", TooLarge},
	{"payload_too_large", TooLarge},
	{"model_not_found", UnknownModel},
	{"rate_limit_error", RateLimited},
	{"rate_limit_exceeded", RateLimited},
	{"overloaded_error", Overloaded},
}

// phrases are messages of providers that have no code for the case.
var phrases = []struct {
	text string
	kind *Kind
}{
	{"prompt is too long", TooLong},                         // Anthropic
	{"exceeds the maximum number of tokens", TooLong},       // Google
	{"maximum context length", TooLong},                     // OpenRouter, vLLM
	{"context length", TooLong},                             // llama.cpp, Ollama
	{"maximum prompt length", TooLong},                      // xAI
	{"credit balance is too low", CreditSpent},              // Anthropic
	{"api key not valid", CredentialRefused},                // Google
	{"incorrect api key", CredentialRefused},                // xAI
	{"image exceeds", TooLarge},                             // Anthropic
	{"reported as leaked", CredentialRefused},               // Google
	{"usage guidelines", Blocked},                           // xAI
	{"try pulling it first", UnknownModel},                  // Ollama
	{"is not a valid model id", UnknownModel},               // OpenRouter
	{"content violates", Blocked},                           // xAI
	{"flagged by our content moderation system", Blocked},   // Stability
	{"requested entity was not found", UnknownModel},        // Google
	{"insufficient credits", CreditSpent},                   // OpenRouter
	{"no endpoints found matching your data", UnknownModel}, // OpenRouter
}

// Kind classifies an error answer.
func (c Complaint) Kind(status int) *Kind {
	for _, known := range codes {
		for _, word := range c.words {
			if word == known.word {
				return known.kind
			}
		}
	}
	message := strings.ToLower(c.Message)
	for _, known := range phrases {
		if strings.Contains(message, known.text) {
			return known.kind
		}
	}
	return ofStatus(status)
}

// statusOverloaded is Anthropic's status for an overloaded service.
const statusOverloaded = 529

func ofStatus(status int) *Kind {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return CredentialRefused
	case http.StatusPaymentRequired:
		return CreditSpent
	case http.StatusNotFound:
		return UnknownModel
	case http.StatusRequestEntityTooLarge:
		return TooLarge
	case http.StatusTooManyRequests:
		return RateLimited
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout, statusOverloaded:
		return Overloaded
	}
	if status >= 400 && status < 500 {
		return Rejected
	}
	return Unusable
}

// StatusText names a status, even one that only a provider knows.
func StatusText(status int) string {
	if status == statusOverloaded {
		return "529 Overloaded"
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
}
