package vendors

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// Mood is the way in which the server answers.
type Mood string

// The moods. All but Good are documented failures of real providers.
const (
	Good         Mood = "good"
	BadKey       Mood = "bad key" // quotes the key
	Limited      Mood = "limited"
	Spent        Mood = "spent"
	TooLong      Mood = "too long"
	UnknownModel Mood = "unknown model"
	Overloaded   Mood = "overloaded"
	Moderated    Mood = "moderated" // an error answer
	Refusing     Mood = "refusing"  // a good status
	Truncated    Mood = "truncated"

	// All providers share these.
	Garbage  Mood = "garbage"  // a page instead of JSON
	Rejected Mood = "rejected" // 400
	Broken   Mood = "broken"   // 500 from something in front of the provider
	Huge     Mood = "huge"     // an answer without an end
	Slow     Mood = "slow"     // an answer that stops in the middle

	// Only providers of text have these.
	Streaming Mood = "streaming" // a stream that nobody asked for
	CutOff    Mood = "cut off"   // a stream that ends early
	Calling   Mood = "calling"   // the call of a tool that nobody offered
	Empty     Mood = "empty"     // no choice or candidate
)

// reply is an answer: a status, a body that is JSON, and a header or two. events are the data of
// a stream instead of a body.
type reply struct {
	status int
	body   any
	header map[string]string
	events []any
}

// vendor is one provider.
type vendor struct {
	name string
	// key returns the key of a request, from the place where the provider expects it.
	key func(http.Header) string
	// fault says what the provider would refuse in a request, "" for nothing.
	fault func(r *http.Request, body []byte) string
	// good writes an answer with a text.
	good func(w http.ResponseWriter, r *http.Request, text string)
	// moods are the other answers.
	moods map[Mood]func(key string) reply
	// talk is an answer of a provider of text in one of its moods; nil for other providers.
	talk func(r *http.Request, mood Mood, text string) reply
	// refuse is the answer to a faulty request.
	refuse func(fault string) reply
}

func (a reply) write(w http.ResponseWriter) {
	for name, v := range a.header {
		w.Header().Set(name, v)
	}
	if a.events != nil {
		writeEvents(w, a.events)
		return
	}
	writeJSON(w, a.status, a.body)
}

func bearer(h http.Header) string {
	key, _ := strings.CutPrefix(h.Get("Authorization"), "Bearer ")
	return key
}

func header(name string) func(http.Header) string {
	return func(h http.Header) string { return h.Get(name) }
}

// writeEvents writes a stream. Text is written as it is, everything else as JSON; an object with
// a type has that as the name of its event, as Anthropic and OpenAI write it.
func writeEvents(w http.ResponseWriter, events []any) {
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	for _, e := range events {
		data, isText := e.(string)
		if o, ok := e.(object); ok && o["type"] != nil {
			_, _ = fmt.Fprintf(w, "event: %s\n", o["type"])
		}
		if !isText {
			raw, _ := json.Marshal(e) // of literals
			data = string(raw)
		}
		_, _ = fmt.Fprintf(w, "data: %s\n\n", data)
		_ = http.NewResponseController(w).Flush()
	}
}
