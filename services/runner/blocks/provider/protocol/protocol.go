package protocol

import "errors"

// Question is the content of a request, independent of the protocol.
type Question struct {
	Model  string
	System string
	Text   string
	// Pictures are JPEG files in base64.
	Pictures []string
	// PictureFirst puts the pictures before the text.
	PictureFirst bool
	// Detail is "low", "high", "auto" or "" for the provider's own choice.
	Detail string
	// MaxTokens is 0 to use the provider's own limit.
	MaxTokens   int64
	Temperature *float64
	// Effort is the effort that the model spends on reasoning; "" is the provider's choice.
	Effort string
	// JSON demands an answer in JSON, where the protocol can. Schema describes it.
	JSON   bool
	Schema map[string]any
	// Extra is added to the body.
	Extra map[string]any
}

// Request is the request for a question. Path is relative to the provider's base URL.
type Request struct {
	Path string
	Body map[string]any
}

// Usage is the number of tokens of one answer, as the provider counts them.
type Usage struct{ Input, Output int64 }

// Answer is a complete answer.
type Answer struct {
	Text string
	// Thinking is what the model wrote before its answer, if the provider shows it.
	Thinking string
	Usage    Usage
}

// Protocol is the way to ask a provider.
type Protocol interface {
	// Request builds the request for a question. Its error is for the caller of the run.
	Request(q Question) (Request, error)
	// Answer reads the body of an answer with a good status. The usage is valid even if
	// there is an error. The error is a [Problem] or wraps [ErrMalformed].
	Answer(body []byte) (Answer, error)
}

// ErrMalformed is an answer with a good status that does not follow the protocol.
var ErrMalformed = errors.New("the answer does not follow the protocol")

// object is a JSON object of a request.
type object = map[string]any

// with adds extra fields to a body.
func with(body object, extra map[string]any) object {
	for key, v := range extra {
		body[key] = v
	}
	return body
}
