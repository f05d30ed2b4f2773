package protocol

import (
	"fmt"
	"strings"
)

// Messages is the protocol of Anthropic's messages API.
//
//   - https://docs.anthropic.com/en/api/messages
//   - https://docs.anthropic.com/en/api/errors
//   - https://docs.anthropic.com/en/api/handling-stop-reasons
type Messages struct{}

// MessagesVersion is the header that every request to Anthropic needs
// (https://docs.anthropic.com/en/api/versioning).
var MessagesVersion = [2]string{"Anthropic-Version", "2023-06-01"}

// Request implements Protocol.
func (Messages) Request(q Question) (Request, error) {
	content := parts(q, func(text string) object { return object{"type": "text", "text": text} }, func(picture string) object {
		return object{"type": "image", "source": object{"type": "base64", "media_type": "image/jpeg", "data": picture}}
	})
	body := object{
		"model": q.Model, "max_tokens": q.MaxTokens,
		"messages": []object{{"role": "user", "content": content}},
	}
	if q.System != "" {
		body["system"] = q.System
	}
	if q.Temperature != nil {
		body["temperature"] = *q.Temperature
	}
	return Request{Path: "messages", Body: with(body, q.Extra)}, nil
}

// Answer implements Protocol. As in Roboflow's engine, a text before the call of a tool is no
// answer.
func (Messages) Answer(body []byte) (Answer, error) {
	a, err := read(body, &messagesStream{})
	answer := Answer{Usage: Usage{Input: a.Usage.Input + a.Usage.Written + a.Usage.Cached, Output: a.Usage.Output}}
	if err != nil {
		return answer, err
	}
	var text, thinking strings.Builder
	for _, part := range a.Content {
		switch part.Type {
		case "text":
			text.WriteString(part.Text)
		case "thinking":
			thinking.WriteString(part.Thinking)
		}
	}
	answer.Text, answer.Thinking = text.String(), thinking.String()
	switch a.StopReason {
	case "max_tokens":
		return answer, &Problem{Kind: Truncated}
	case "model_context_window_exceeded":
		return answer, &Problem{Kind: TooLong}
	case "refusal":
		return answer, &Problem{Kind: Blocked}
	case "tool_use", "pause_turn":
		return answer, &Problem{Kind: ToolCalled}
	case "end_turn", "stop_sequence":
		if answer.Text != "" {
			return answer, nil
		}
	}
	return answer, fmt.Errorf("%w: no text, stopped for %.20q", ErrMalformed, a.StopReason)
}
