package protocol

import "encoding/json"

type messagesAnswer struct {
	Content    []messagesPart `json:"content"`
	StopReason string         `json:"stop_reason"`
	Usage      messagesUsage  `json:"usage"`
	messagesEvent
}

type messagesPart struct {
	Type     string `json:"type"`
	Text     string `json:"text"`
	Thinking string `json:"thinking"`
}

type messagesUsage struct {
	Input   int64 `json:"input_tokens"`
	Written int64 `json:"cache_creation_input_tokens"`
	Cached  int64 `json:"cache_read_input_tokens"`
	Output  int64 `json:"output_tokens"`
}

// messagesEvent has the fields of an event of a stream
// (https://docs.anthropic.com/en/docs/build-with-claude/streaming).
type messagesEvent struct {
	Type    string          `json:"type"`
	Message *messagesStart  `json:"message"`
	Delta   messagesDelta   `json:"delta"`
	Error   json.RawMessage `json:"error"`
}

type messagesDelta struct {
	messagesPart
	StopReason string `json:"stop_reason"`
}

type messagesStart struct {
	Usage messagesUsage `json:"usage"`
}
