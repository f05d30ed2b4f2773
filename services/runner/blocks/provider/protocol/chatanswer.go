package protocol

import (
	"encoding/json"
	"fmt"
)

// chatAnswer is a chat completion, or one event of a stream. OpenRouter reports the failure of
// the server behind it as an error in an answer or in a choice with status 200.
type chatAnswer struct {
	Choices []chatChoice    `json:"choices"`
	Usage   chatUsage       `json:"usage"`
	Error   json.RawMessage `json:"error"`
}

type chatChoice struct {
	Index        json.RawMessage `json:"index"` // of an event
	FinishReason string          `json:"finish_reason"`
	Message      chatMessage     `json:"message"`
	Delta        chatMessage     `json:"delta"` // of an event
	Error        json.RawMessage `json:"error"`
}

type chatUsage struct {
	Prompt     int64 `json:"prompt_tokens"`
	Completion int64 `json:"completion_tokens"`
}

// within returns the problem of an error that came with a good status.
func within(raw json.RawMessage) error {
	if !given(raw) {
		return fmt.Errorf("%w: no text", ErrMalformed)
	}
	said := Read([]byte(`{"error":` + string(raw) + `}`))
	return &Problem{Kind: said.Kind(said.Code), Said: said.Message}
}

type chatMessage struct {
	Content   *string `json:"content"`
	Refusal   string  `json:"refusal"`
	Reasoning string  `json:"reasoning"`
	// Tools and Function are the calls of tools; the second is their older form.
	Tools    json.RawMessage `json:"tool_calls"`
	Function json.RawMessage `json:"function_call"`
}
