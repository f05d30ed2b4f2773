package vendors

import (
	"net/http"
	"strings"
)

// chatRequest is the part of a chat completion that a picture's question needs.
type chatRequest struct {
	Model    string `json:"model"`
	Messages []struct {
		Role    string `json:"role"`
		Content any    `json:"content"`
	} `json:"messages"`
	MaxTokens           *int64   `json:"max_tokens"`
	MaxCompletionTokens *int64   `json:"max_completion_tokens"`
	Temperature         *float64 `json:"temperature"`
	Provider            object   `json:"provider"`
	Reasoning           object   `json:"reasoning"`
}

func (c chatRequest) fault() string {
	if c.Model == "" || len(c.Messages) == 0 {
		return "you must provide a model and messages"
	}
	for _, m := range c.Messages {
		parts, _ := m.Content.([]any)
		for _, p := range parts {
			part, _ := p.(map[string]any)
			if part["type"] != "image_url" {
				continue
			}
			url, _ := part["image_url"].(map[string]any)
			uri, _ := url["url"].(string)
			if fault := badURI(uri); fault != "" {
				return fault
			}
		}
	}
	return ""
}

// responsesRequest is a request of the responses API.
type responsesRequest struct {
	Model        string `json:"model"`
	Store        *bool  `json:"store"`
	Instructions string `json:"instructions"`
	Input        []struct {
		Role    string `json:"role"`
		Content any    `json:"content"`
	} `json:"input"`
	MaxOutputTokens *int64   `json:"max_output_tokens"`
	Temperature     *float64 `json:"temperature"`
	Reasoning       object   `json:"reasoning"`
}

func (c responsesRequest) fault() string {
	if c.Model == "" || len(c.Input) == 0 {
		return "Missing required parameter: 'model' or 'input'."
	}
	for _, m := range c.Input {
		parts, _ := m.Content.([]any)
		for _, p := range parts {
			part, _ := p.(map[string]any)
			uri, _ := part["image_url"].(string)
			if part["type"] == "input_image" {
				if fault := badURI(uri); fault != "" {
					return fault
				}
			}
		}
	}
	return ""
}

// chatFault checks a request of either of OpenAI's protocols.
func chatFault(r *http.Request, body []byte) string {
	if strings.HasSuffix(r.URL.Path, "/responses") {
		var asked responsesRequest
		return first(parsed(body, &asked), asked.fault())
	}
	var asked chatRequest
	return first(parsed(body, &asked), asked.fault())
}

func chatGood(w http.ResponseWriter, r *http.Request, text string) {
	if strings.HasSuffix(r.URL.Path, "/responses") {
		writeJSON(w, http.StatusOK, responsesAnswer("completed", object{"type": "output_text", "text": text, "annotations": []any{}}))
		return
	}
	writeJSON(w, http.StatusOK, completion("stop", object{"role": "assistant", "content": text, "reasoning": "I looked."}))
}

func completion(finish string, message object) object {
	return object{
		"id": "c1", "object": "chat.completion", "created": 1, "model": "m",
		"choices": []any{object{"index": 0, "finish_reason": finish, "message": message}},
		"usage":   object{"prompt_tokens": 7, "completion_tokens": 4, "total_tokens": 11},
	}
}

func responsesAnswer(status string, part object) object {
	return object{
		"id": "r1", "object": "response", "status": status,
		"output": []any{
			object{"type": "reasoning", "id": "x1", "summary": []any{}},
			object{"type": "message", "id": "m1", "role": "assistant", "status": status, "content": []any{part}},
		},
		"usage": object{"input_tokens": 7, "output_tokens": 4, "total_tokens": 11},
	}
}
