package e2e_test

import (
	"bytes"
	"encoding/json"
)

// span is one line of the console exporter.
type span struct {
	Name        string
	SpanContext struct{ TraceID, SpanID string }
	Parent      struct {
		TraceID, SpanID string
		Remote          bool
	}
	Attributes []struct {
		Key   string
		Value struct{ Value any }
	}
	Resource []struct {
		Key   string
		Value struct{ Value any }
	}
}

// spanText is the exporter's output: the lines of standard output that are JSON. The
// greeting with its key and link is for the terminal.
func (in *installation) spanText(program string) []byte {
	var all bytes.Buffer
	for line := range bytes.Lines(in.programs[program].spans.bytes()) {
		if bytes.HasPrefix(line, []byte("{")) {
			all.Write(line)
		}
	}
	return all.Bytes()
}

// spans returns the spans of all programs.
func (in *installation) spans() []span {
	var all []span
	for _, name := range in.order {
		for line := range bytes.Lines(in.spanText(name)) {
			var s span
			if json.Unmarshal(line, &s) == nil && s.SpanContext.TraceID != "" {
				all = append(all, s)
			}
		}
	}
	return all
}
