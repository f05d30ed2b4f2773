package protocol

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Responses is the protocol of OpenAI's responses API, which xAI speaks too.
//
//   - https://platform.openai.com/docs/api-reference/responses/create
//   - https://docs.x.ai/docs/api-reference#create-new-response
type Responses struct {
	// SystemMessage sends the system's text as a message: xAI refuses instructions.
	SystemMessage bool
}

// Request implements Protocol.
func (r Responses) Request(q Question) (Request, error) {
	content := parts(q, func(text string) object { return object{"type": "input_text", "text": text} }, func(picture string) object {
		part := object{"type": "input_image", "image_url": dataURI(picture)}
		if q.Detail != "" {
			part["detail"] = q.Detail
		}
		return part
	})
	input := []object{{"role": "user", "content": content}}
	// The provider must not keep what a preview sends.
	body := object{"model": q.Model, "store": false}
	if q.System != "" && r.SystemMessage {
		input = append([]object{{"role": "system", "content": q.System}}, input...)
	} else if q.System != "" {
		body["instructions"] = q.System
	}
	body["input"] = input
	if q.MaxTokens > 0 {
		body["max_output_tokens"] = q.MaxTokens
	}
	if q.Temperature != nil {
		body["temperature"] = *q.Temperature
	}
	// Models before GPT-5 refuse this field.
	if q.Effort != "" && !strings.HasPrefix(q.Model, "gpt-4") {
		body["reasoning"] = object{"effort": q.Effort}
	}
	return Request{Path: "responses", Body: with(body, q.Extra)}, nil
}

type responsesAnswer struct {
	Status     string `json:"status"`
	Incomplete struct {
		Reason string `json:"reason"`
	} `json:"incomplete_details"`
	Error  json.RawMessage `json:"error"`
	Output []responsesItem `json:"output"`
	Usage  struct {
		Input  int64 `json:"input_tokens"`
		Output int64 `json:"output_tokens"`
	} `json:"usage"`
	// The fields below are of an event.
	Type     string           `json:"type"`
	Response *responsesAnswer `json:"response"`
	Code     json.RawMessage  `json:"code"`
	Message  json.RawMessage  `json:"message"`
}

type responsesItem struct {
	Type    string `json:"type"`
	Content []struct {
		Type string `json:"type"`
		Text string `json:"text"`
	} `json:"content"`
}

// Answer implements Protocol.
func (Responses) Answer(body []byte) (Answer, error) {
	a, err := read(body, &responsesStream{})
	answer := Answer{Usage: Usage(a.Usage)}
	switch {
	case err != nil:
		return answer, err
	case a.Incomplete.Reason == "max_output_tokens":
		return answer, &Problem{Kind: Truncated}
	case a.Incomplete.Reason == "content_filter":
		return answer, &Problem{Kind: Blocked}
	case a.Status == "failed":
		return answer, within(a.Error)
	case a.Status != "" && a.Status != "completed":
		return answer, fmt.Errorf("%w: status %.20q", ErrMalformed, a.Status)
	}
	return answer, a.read(&answer)
}

// read takes the text of the output.
func (a *responsesAnswer) read(answer *Answer) error {
	var text strings.Builder
	refused, calls := false, false
	for _, item := range a.Output {
		calls = calls || strings.HasSuffix(item.Type, "_call")
		for _, part := range item.Content {
			if item.Type == "message" && part.Type == "output_text" {
				text.WriteString(part.Text)
			}
			refused = refused || part.Type == "refusal"
		}
	}
	answer.Text = text.String()
	switch {
	case refused:
		return &Problem{Kind: Blocked}
	case answer.Text != "":
		return nil
	case calls:
		return &Problem{Kind: ToolCalled}
	}
	return fmt.Errorf("%w: no text", ErrMalformed)
}

// responsesStream takes the last event, which has the whole answer
// (https://platform.openai.com/docs/api-reference/responses-streaming).
type responsesStream struct {
	answer responsesAnswer
	ended  bool
}

func (s *responsesStream) join(event responsesAnswer) error {
	switch event.Type {
	case "response.completed", "response.incomplete", "response.failed":
		if event.Response != nil {
			s.answer, s.ended = *event.Response, true
		}
	case "error":
		said, err := json.Marshal(object{"code": event.Code, "message": event.Message})
		if err != nil {
			return err
		}
		return within(said)
	}
	return nil
}

func (s *responsesStream) whole(bool) (responsesAnswer, error) {
	if !s.ended {
		return s.answer, cutOff()
	}
	return s.answer, nil
}
