package protocol

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
)

// eventFields are the possible beginnings of a stream of server-sent events. No JSON text
// begins like that.
var eventFields = [][]byte{[]byte("data:"), []byte("event:"), []byte("id:"), []byte("retry:"), []byte(":")}

// maxEvents bounds the events of a stream; the longest answers have about as many tokens.
const maxEvents = 1 << 17

// isStream reports whether an answer is a stream of server-sent events. No request here asks
// for one, but some servers send it anyway. It decides by the first bytes, like the vault's
// guard. So the guard has searched the joined text of the events.
func isStream(body []byte) bool {
	return slices.ContainsFunc(eventFields, func(field []byte) bool { return bytes.HasPrefix(body, field) })
}

// events yields the data of the events of a stream
// (https://html.spec.whatwg.org/multipage/server-sent-events.html). The data is valid until the
// next event.
func events(body []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		var data []byte
		for line := range bytes.Lines(body) {
			line = bytes.TrimRight(line, "\r\n")
			more, ok := bytes.CutPrefix(line, []byte("data:"))
			switch {
			case ok && len(data) > 0:
				data = append(append(data, '\n'), bytes.TrimPrefix(more, []byte(" "))...)
			case ok:
				data = append(data, bytes.TrimPrefix(more, []byte(" "))...)
			case len(line) == 0 && len(data) > 0:
				if !yield(data) {
					return
				}
				data = data[:0]
			}
		}
		if len(data) > 0 { // the last event has no empty line
			yield(data)
		}
	}
}

// done is the last event of OpenAI's streams.
const done = "[DONE]"

// stream adds up the events of a stream.
type stream[T any] interface {
	join(event T) error
	// whole returns the answer. finished reports whether the end of the stream was read.
	whole(finished bool) (T, error)
}

// read reads an answer: one JSON value, or a stream of values. With an error it returns what
// it has read so far.
func read[T any](body []byte, s stream[T]) (answer T, err error) {
	if !isStream(body) {
		return answer, decode(body, &answer)
	}
	finished, n := false, 0
	for data := range events(body) {
		if finished = string(data) == done; finished {
			break
		}
		var event T
		if n++; n > maxEvents {
			err = fmt.Errorf("%w: more than %d events", ErrMalformed, maxEvents)
		} else if err = decode(data, &event); err == nil {
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
