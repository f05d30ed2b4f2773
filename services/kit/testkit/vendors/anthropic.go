package vendors

import (
	"net/http"
	"strings"
)

type messagesRequest struct {
	Model     string `json:"model"`
	MaxTokens int64  `json:"max_tokens"`
	System    string `json:"system"`
	Messages  []struct {
		Role    string `json:"role"`
		Content []struct {
			Type   string `json:"type"`
			Text   string `json:"text"`
			Source struct {
				Type  string `json:"type"`
				Media string `json:"media_type"`
				Data  string `json:"data"`
			} `json:"source"`
		} `json:"content"`
	} `json:"messages"`
	Temperature *float64 `json:"temperature"`
	Thinking    struct {
		Type   string `json:"type"`
		Budget int64  `json:"budget_tokens"`
	} `json:"thinking"`
}

// messagesFault checks a request as https://docs.anthropic.com/en/api/messages says.
func messagesFault(r *http.Request, body []byte) string {
	var asked messagesRequest
	fault := parsed(body, &asked)
	switch {
	case fault != "":
		return fault
	case r.URL.Path != "/v1/messages":
		return "no such endpoint"
	case r.Header.Get("Anthropic-Version") != "2023-06-01":
		return "anthropic-version: header is required"
	case asked.Model == "" || asked.MaxTokens < 1 || len(asked.Messages) == 0:
		return "model, max_tokens and messages: Field required"
	case asked.Thinking.Type == "enabled" && (asked.Thinking.Budget < 1024 || asked.Thinking.Budget >= asked.MaxTokens):
		return "`max_tokens` must be greater than `thinking.budget_tokens`"
	case asked.Thinking.Type != "" && asked.Temperature != nil:
		return "`temperature` may only be set to 1 when thinking is enabled"
	case strings.HasPrefix(asked.Model, "claude-opus-4-7") && (asked.Temperature != nil || asked.Thinking.Type == "enabled"):
		return "`temperature` and `thinking.budget_tokens` are not supported by this model"
	}
	for _, m := range asked.Messages {
		for _, part := range m.Content {
			if part.Type == "image" && (part.Source.Type != "base64" || part.Source.Media != "image/jpeg" || badPicture(part.Source.Data) != "") {
				return "messages.0.content.0.image: Could not process image"
			}
		}
	}
	return ""
}

func messagesAnswer(stop string, parts ...any) object {
	return object{
		"id": "msg_1", "type": "message", "role": "assistant", "model": "claude", "content": parts, "stop_reason": stop, "stop_sequence": nil,
		"usage": object{"input_tokens": 5, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 2, "output_tokens": 4},
	}
}

// anthropicError is the form of https://docs.anthropic.com/en/api/errors.
func anthropicError(status int, kind, message string) reply {
	return reply{status: status, body: object{"type": "error", "error": object{"type": kind, "message": message}, "request_id": "req_1"}}
}

var anthropic = vendor{
	name: "anthropic", key: header("X-Api-Key"), fault: messagesFault, talk: messagesTalk,
	good: func(w http.ResponseWriter, _ *http.Request, text string) {
		writeJSON(w, http.StatusOK, messagesAnswer("end_turn",
			object{"type": "thinking", "thinking": "I looked.", "signature": "x"}, object{"type": "text", "text": text}))
	},
	refuse: func(fault string) reply {
		return anthropicError(http.StatusBadRequest, "invalid_request_error", fault)
	},
	moods: map[Mood]func(string) reply{
		BadKey: func(key string) reply {
			return anthropicError(http.StatusUnauthorized, "authentication_error", "invalid x-api-key "+key)
		},
		Limited: func(string) reply {
			r := anthropicError(http.StatusTooManyRequests, "rate_limit_error", "This request would exceed your organization's rate limit.")
			r.header = map[string]string{"Retry-After": "60"}
			return r
		},
		Spent: func(string) reply {
			return anthropicError(http.StatusBadRequest, "invalid_request_error", "Your credit balance is too low to access the Anthropic API.")
		},
		TooLong: func(string) reply {
			return anthropicError(http.StatusBadRequest, "invalid_request_error", "prompt is too long: 208310 tokens > 200000 maximum")
		},
		UnknownModel: func(string) reply {
			return anthropicError(http.StatusNotFound, "not_found_error", "model: claude-9")
		},
		Overloaded: func(string) reply { return anthropicError(529, "overloaded_error", "Overloaded") },
		Refusing: func(string) reply {
			return reply{status: http.StatusOK, body: messagesAnswer("refusal")}
		},
		Truncated: func(string) reply {
			return reply{status: http.StatusOK, body: messagesAnswer("max_tokens", object{"type": "text", "text": "a red"})}
		},
	},
}

// messagesTalk is https://docs.anthropic.com/en/docs/build-with-claude/streaming.
func messagesTalk(_ *http.Request, mood Mood, text string) reply {
	one, two := halves(text)
	switch mood {
	case Calling:
		call := object{"type": "tool_use", "id": "toolu_1", "name": "look_up", "input": object{"q": "motorcycle"}}
		return reply{status: http.StatusOK, body: messagesAnswer("tool_use", object{"type": "text", "text": "I look it up."}, call)}
	case Empty:
		return reply{status: http.StatusOK, body: messagesAnswer("end_turn")}
	}
	delta := func(text string) any {
		return object{"type": "content_block_delta", "index": 0, "delta": object{"type": "text_delta", "text": text}}
	}
	start := messagesAnswer("")
	return streamed(mood, []any{
		object{"type": "message_start", "message": start},
		object{"type": "content_block_start", "index": 0, "content_block": object{"type": "text", "text": ""}},
		object{"type": "ping"},
		delta(one),
	}, delta(two), object{"type": "content_block_stop", "index": 0},
		object{"type": "message_delta", "delta": object{"stop_reason": "end_turn", "stop_sequence": nil}, "usage": object{"output_tokens": 4}},
		object{"type": "message_stop"})
}
