package protocol

import "strings"

// chatStream adds up the events of a chat completion.
type chatStream struct {
	answer                   chatAnswer
	choice                   chatChoice
	text, refusal, reasoning strings.Builder
	spoke                    bool
}

func (s *chatStream) join(event chatAnswer) error {
	if event.Usage != (chatUsage{}) { // the last event has it
		s.answer.Usage = event.Usage
	}
	if given(event.Error) {
		return within(event.Error)
	}
	for i := range event.Choices {
		if first := strings.Trim(string(event.Choices[i].Index), `"`); first == "" || first == "0" {
			s.add(&event.Choices[i])
		}
	}
	return nil
}

func (s *chatStream) add(c *chatChoice) {
	if c.FinishReason != "" {
		s.choice.FinishReason = c.FinishReason
	}
	if given(c.Error) {
		s.choice.Error = c.Error
	}
	if c.Delta.Content != nil {
		s.spoke = true
		s.text.WriteString(*c.Delta.Content)
	}
	s.refusal.WriteString(c.Delta.Refusal)
	s.reasoning.WriteString(c.Delta.Reasoning)
	if given(c.Delta.Tools) {
		s.choice.Message.Tools = c.Delta.Tools
	}
	if given(c.Delta.Function) {
		s.choice.Message.Function = c.Delta.Function
	}
}

func (s *chatStream) whole(finished bool) (chatAnswer, error) {
	if s.choice.FinishReason == "" && !finished {
		return s.answer, cutOff()
	}
	m := &s.choice.Message
	m.Refusal, m.Reasoning = s.refusal.String(), s.reasoning.String()
	if text := s.text.String(); s.spoke {
		m.Content = &text
	}
	s.answer.Choices = []chatChoice{s.choice}
	return s.answer, nil
}
