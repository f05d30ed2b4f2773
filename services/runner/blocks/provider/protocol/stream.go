package protocol

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// eventFields are the beginnings of a stream of server-sent events. No JSON begins like that.
var eventFields = [][]byte{[]byte("data:"), []byte("event:"), []byte("id:"), []byte("retry:"), []byte(":")}

// events returns the data of the events of a stream, or nil if the answer is no stream
// (https://html.spec.whatwg.org/multipage/server-sent-events.html). No request here asks for a
// stream, but some servers send one anyway.
//
// It decides by the first bytes, as the vault's guard does. So the guard has searched the text
// that the events join to.
func events(body []byte) [][]byte {
	var stream bool
	for _, field := range eventFields {
		stream = stream || bytes.HasPrefix(body, field)
	}
	if !stream {
		return nil
	}
	list := [][]byte{}
	var data []byte
	for line := range bytes.Lines(append(bytes.Clone(body), '\n')) {
		line = bytes.TrimRight(line, "\r\n")
		more, ok := bytes.CutPrefix(line, []byte("data:"))
		switch {
		case ok && len(data) > 0:
			data = append(append(data, '\n'), bytes.TrimPrefix(more, []byte(" "))...)
		case ok:
			data = append(data, bytes.TrimPrefix(more, []byte(" "))...)
		case len(line) == 0 && len(data) > 0:
			list, data = append(list, data), nil
		}
	}
	if len(data) > 0 { // the last event has no empty line
		list = append(list, data)
	}
	return list
}

// done is the last event of OpenAI's streams.
const done = "[DONE]"

// stream adds up the events of a stream.
type stream[T any] interface {
	join(event T) error
	// whole returns the answer. finished tells that the stream's own end was read.
	whole(finished bool) (T, error)
}

// read reads an answer: one JSON value, or a stream of values. It returns what it has even if
// there is an error.
func read[T any](body []byte, s stream[T]) (answer T, err error) {
	list := events(body)
	if list == nil {
		return answer, decode(body, &answer)
	}
	finished := false
	for _, data := range list {
		if finished = string(data) == done; finished {
			break
		}
		var event T
		if err = decode(data, &event); err == nil {
			err = s.join(event)
		}
		if err != nil {
			answer, _ = s.whole(false)
			return answer, err
		}
	}
	return s.whole(finished)
}

func decode(body []byte, into any) error {
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return nil
}

// cutOff is the error of a stream that ended before its answer did.
func cutOff() error { return fmt.Errorf("%w: the stream ended early", ErrMalformed) }

// given reports whether a field has a value.
func given(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }
