package mcp

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"github.com/keyhole-dev/keyhole/gateway/strict"
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// message is what the package reads of a message. The SDK reads all of it.
type message struct {
	Method string          `json:"method"`
	ID     json.RawMessage `json:"id"`
	Params struct {
		Name      string          `json:"name"`
		RequestID json.RawMessage `json:"requestId"`
	} `json:"params"`
}

// read reads one message. It refuses lists of messages, which the protocol does not have any
// more: one request could start many runs.
func read(raw []byte) (message, error) {
	var m message
	if err := strict.CheckBounds(raw, func([]string) string { return "body" }); err != nil {
		return m, err
	}
	if bytes.HasPrefix(bytes.TrimLeft(raw, " \t\r\n"), []byte("[")) {
		return m, errs.InvalidArgument("send one message in each request").Field("body", "must be one message")
	}
	if err := json.Unmarshal(raw, &m); err != nil || !utf8.Valid(raw) {
		return m, errs.InvalidArgument("the body is no message of the Model Context Protocol: send JSON-RPC 2.0").
			WithReason(errorsv1.Reason_REASON_MALFORMED_JSON).Field("body", "is no JSON-RPC message")
	}
	return m, nil
}
