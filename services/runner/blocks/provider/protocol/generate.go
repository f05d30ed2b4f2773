package protocol

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Generate is the protocol of Google's Gemini API.
//
//   - https://ai.google.dev/api/generate-content
//   - https://ai.google.dev/gemini-api/docs/troubleshooting
type Generate struct{}

// modelName is a name that can stand in the path. A name may be an input of the run, and
// must not lead the owner's key to another method of the API.
var modelName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,100}$`)

// Request implements Protocol.
func (Generate) Request(q Question) (Request, error) {
	if !modelName.MatchString(q.Model) {
		return Request{}, &Problem{Kind: UnknownModel}
	}
	content := parts(q, func(text string) object { return object{"text": text} }, func(picture string) object {
		return object{"inline_data": object{"mime_type": "image/jpeg", "data": picture}}
	})
	body := object{
		"contents":         []object{{"role": "user", "parts": content}},
		"generationConfig": generationConfig(q),
	}
	if q.System != "" {
		body["systemInstruction"] = object{"parts": []object{{"text": q.System}}}
	}
	return Request{Path: "models/" + q.Model + ":generateContent", Body: with(body, q.Extra)}, nil
}

func generationConfig(q Question) object {
	config := object{"candidateCount": 1}
	if q.MaxTokens > 0 {
		config["maxOutputTokens"] = q.MaxTokens
	}
	if q.Temperature != nil {
		config["temperature"] = *q.Temperature
	}
	if q.JSON {
		config["responseMimeType"] = "application/json"
	}
	if q.Schema != nil {
		config["responseSchema"] = q.Schema
	}
	if q.Effort != "" {
		config["thinkingConfig"] = object{"thinkingLevel": q.Effort}
	}
	return config
}

type generateAnswer struct {
	Candidates []generateCandidate `json:"candidates"`
	Feedback   struct {
		BlockReason string `json:"blockReason"`
	} `json:"promptFeedback"`
	Usage generateUsage   `json:"usageMetadata"`
	Error json.RawMessage `json:"error"` // of an event
}

type generateUsage struct {
	Prompt     int64 `json:"promptTokenCount"`
	Candidates int64 `json:"candidatesTokenCount"`
	Thoughts   int64 `json:"thoughtsTokenCount"`
}

type generateCandidate struct {
	Content struct {
		Parts []generatePart `json:"parts"`
	} `json:"content"`
	FinishReason string `json:"finishReason"`
}

type generatePart struct {
	Text    string          `json:"text"`
	Thought bool            `json:"thought"`
	Call    json.RawMessage `json:"functionCall"`
}

// unfinished are the finish reasons other than a natural end.
var unfinished = map[string]*Kind{
	"MAX_TOKENS": Truncated, "SAFETY": Blocked, "RECITATION": Blocked, "BLOCKLIST": Blocked, "PROHIBITED_CONTENT": Blocked,
	"SPII": Blocked, "IMAGE_SAFETY": Blocked, "LANGUAGE": Blocked,
	"MALFORMED_FUNCTION_CALL": ToolCalled, "UNEXPECTED_TOOL_CALL": ToolCalled,
}

// Answer implements Protocol.
func (Generate) Answer(body []byte) (Answer, error) {
	a, err := read(body, &generateStream{})
	answer := Answer{Usage: Usage{Input: a.Usage.Prompt, Output: a.Usage.Candidates + a.Usage.Thoughts}}
	switch {
	case err != nil:
		return answer, err
	case a.Feedback.BlockReason != "":
		return answer, &Problem{Kind: Blocked}
	case len(a.Candidates) == 0:
		return answer, fmt.Errorf("%w: no candidate", ErrMalformed)
	}
	candidate := &a.Candidates[0]
	if kind := unfinished[candidate.FinishReason]; kind != nil {
		return answer, &Problem{Kind: kind}
	}
	return answer, candidate.read(&answer)
}

// read takes the text of a candidate.
func (c *generateCandidate) read(answer *Answer) error {
	var text, thinking strings.Builder
	calls := false
	for _, part := range c.Content.Parts { // parts of code that the model ran have no text
		if part.Thought {
			thinking.WriteString(part.Text)
		} else {
			text.WriteString(part.Text)
		}
		calls = calls || given(part.Call)
	}
	answer.Text, answer.Thinking = text.String(), thinking.String()
	switch {
	case answer.Text != "":
		return nil
	case calls:
		return &Problem{Kind: ToolCalled}
	}
	return fmt.Errorf("%w: no text, finished for %.20q", ErrMalformed, c.FinishReason)
}

// generateStream adds up the events of an answer. Each is an answer with further parts.
type generateStream struct {
	answer    generateAnswer
	candidate generateCandidate
}

func (s *generateStream) join(event generateAnswer) error {
	if given(event.Error) {
		return within(event.Error)
	}
	if event.Usage != (generateUsage{}) {
		s.answer.Usage = event.Usage
	}
	if event.Feedback.BlockReason != "" {
		s.answer.Feedback = event.Feedback
	}
	if len(event.Candidates) > 0 {
		more := &event.Candidates[0]
		s.candidate.Content.Parts = append(s.candidate.Content.Parts, more.Content.Parts...)
		if more.FinishReason != "" {
			s.candidate.FinishReason = more.FinishReason
		}
	}
	return nil
}

func (s *generateStream) whole(bool) (generateAnswer, error) {
	if s.candidate.FinishReason == "" && s.answer.Feedback.BlockReason == "" {
		return s.answer, cutOff()
	}
	s.answer.Candidates = []generateCandidate{s.candidate}
	return s.answer, nil
}
