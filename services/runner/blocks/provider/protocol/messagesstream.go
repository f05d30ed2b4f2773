package protocol

import (
	"strings"
)

// messagesStream adds up the events of a message.
type messagesStream struct {
	answer         messagesAnswer
	text, thinking strings.Builder
}

func (s *messagesStream) join(event messagesAnswer) error {
	switch event.Type {
	case "message_start":
		if event.Message != nil {
			s.answer.Usage = event.Message.Usage
		}
	case "content_block_delta":
		s.text.WriteString(event.Delta.Text)
		s.thinking.WriteString(event.Delta.Thinking)
	case "message_delta":
		s.answer.StopReason = event.Delta.StopReason
		s.answer.Usage.Output = event.Usage.Output
	case "error":
		return within(event.Error)
	}
	return nil
}

func (s *messagesStream) whole(bool) (messagesAnswer, error) {
	s.answer.Content = []messagesPart{{Type: "thinking", Thinking: s.thinking.String()}, {Type: "text", Text: s.text.String()}}
	if s.answer.StopReason == "" {
		return s.answer, cutOff()
	}
	return s.answer, nil
}
