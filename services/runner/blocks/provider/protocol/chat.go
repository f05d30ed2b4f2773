package protocol

// Chat is the protocol of OpenAI's chat completions API, which OpenRouter, Groq, Ollama and
// many other servers speak too.
//
//   - https://platform.openai.com/docs/api-reference/chat/create
//   - https://openrouter.ai/docs/api-reference/chat-completion
//   - https://console.groq.com/docs/api-reference#chat-create
//   - https://github.com/ollama/ollama/blob/main/docs/openai.md
type Chat struct {
	// LegacyLimit sends max_tokens, which servers other than OpenAI's still expect.
	LegacyLimit bool
}

// Request implements Protocol.
func (c Chat) Request(q Question) (Request, error) {
	var messages []object
	if q.System != "" {
		messages = append(messages, object{"role": "system", "content": q.System})
	}
	messages = append(messages, object{"role": "user", "content": chatParts(q)})
	body := object{"model": q.Model, "messages": messages}
	if q.MaxTokens > 0 {
		body[map[bool]string{true: "max_tokens", false: "max_completion_tokens"}[c.LegacyLimit]] = q.MaxTokens
	}
	if q.Temperature != nil {
		body["temperature"] = *q.Temperature
	}
	return Request{Path: "chat/completions", Body: with(body, q.Extra)}, nil
}

func chatParts(q Question) []object {
	return parts(q, func(text string) object { return object{"type": "text", "text": text} }, func(picture string) object {
		url := object{"url": dataURI(picture)}
		if q.Detail != "" {
			url["detail"] = q.Detail
		}
		return object{"type": "image_url", "image_url": url}
	})
}

// parts lists the parts of a message in the order that the question asks for.
func parts(q Question, text, picture func(string) object) []object {
	var list []object
	if q.Text != "" && !q.PictureFirst {
		list = append(list, text(q.Text))
	}
	for _, p := range q.Pictures {
		list = append(list, picture(p))
	}
	if q.Text != "" && q.PictureFirst {
		list = append(list, text(q.Text))
	}
	return list
}

func dataURI(picture string) string { return "data:image/jpeg;base64," + picture }

// Answer implements Protocol. A text that was cut off is still an answer, as in Roboflow's
// engine; only an answer without any text is none.
func (Chat) Answer(body []byte) (Answer, error) {
	a, err := read(body, &chatStream{})
	answer := Answer{Usage: Usage{Input: a.Usage.Prompt, Output: a.Usage.Completion}}
	if err != nil {
		return answer, err
	}
	if len(a.Choices) == 0 {
		return answer, within(a.Error)
	}
	choice := a.Choices[0]
	answer.Thinking = choice.Message.Reasoning
	if err := choice.problem(); err != nil {
		return answer, err
	}
	answer.Text = *choice.Message.Content
	return answer, nil
}

// problem says why a choice has no text. It returns nil if there is one.
func (c *chatChoice) problem() error {
	text := c.Message.Content
	empty := text == nil || *text == ""
	calls := c.FinishReason == "tool_calls" || c.FinishReason == "function_call" || given(c.Message.Function) ||
		given(c.Message.Tools) && string(c.Message.Tools) != "[]"
	switch {
	case c.Message.Refusal != "", c.FinishReason == "content_filter":
		return &Problem{Kind: Blocked}
	case empty && c.FinishReason == "length":
		return &Problem{Kind: Truncated}
	case empty && calls:
		return &Problem{Kind: ToolCalled}
	case text == nil:
		return within(c.Error)
	}
	return nil
}
