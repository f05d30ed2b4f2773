package vendors

import (
	"net/http"
	"strings"
)

// talking are the moods of providers of text.
var talking = []Mood{Streaming, CutOff, Calling, Empty}

// tooMuch writes more than anybody reads, until the reader leaves.
func tooMuch(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	chunk := []byte(strings.Repeat(" ", 1<<20))
	for range 128 {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
}

// streamed is a stream of pieces with an end, or without it.
func streamed(mood Mood, pieces []any, end ...any) reply {
	if mood == CutOff {
		end = nil
	}
	return reply{status: http.StatusOK, events: append(pieces, end...)}
}

// halves cuts a text into two pieces.
func halves(text string) (string, string) { return text[:len(text)/2], text[len(text)/2:] }

// chatTalk is https://platform.openai.com/docs/api-reference/chat-streaming and the responses API.
func chatTalk(r *http.Request, mood Mood, text string) reply {
	if strings.HasSuffix(r.URL.Path, "/responses") {
		return responsesTalk(mood, text)
	}
	one, two := halves(text)
	switch mood {
	case Calling:
		call := object{"id": "call_1", "type": "function", "function": object{"name": "look_up", "arguments": `{"q": "motorcycle"}`}}
		return reply{status: http.StatusOK, body: completion("tool_calls", object{"role": "assistant", "content": nil, "tool_calls": []any{call}})}
	case Empty:
		a := completion("stop", nil)
		a["choices"] = []any{}
		return reply{status: http.StatusOK, body: a}
	}
	delta := func(finish any, delta object) any {
		return object{"id": "c1", "object": "chat.completion.chunk", "choices": []any{object{"index": 0, "delta": delta, "finish_reason": finish}}}
	}
	usage := object{"id": "c1", "object": "chat.completion.chunk", "choices": []any{}, "usage": object{"prompt_tokens": 7, "completion_tokens": 4}}
	return streamed(mood, []any{delta(nil, object{"role": "assistant", "content": ""}), delta(nil, object{"content": one})},
		delta(nil, object{"content": two}), delta("stop", object{}), usage, "[DONE]")
}

func responsesTalk(mood Mood, text string) reply {
	one, two := halves(text)
	whole := responsesAnswer("completed", object{"type": "output_text", "text": text, "annotations": []any{}})
	switch mood {
	case Calling:
		whole["output"] = []any{object{"type": "function_call", "call_id": "call_1", "name": "look_up", "arguments": "{}", "status": "completed"}}
		return reply{status: http.StatusOK, body: whole}
	case Empty:
		whole["output"] = []any{}
		return reply{status: http.StatusOK, body: whole}
	}
	return streamed(mood, []any{
		object{"type": "response.created", "response": object{"id": "r1", "status": "in_progress"}},
		object{"type": "response.output_text.delta", "output_index": 1, "delta": one},
	}, object{"type": "response.output_text.delta", "output_index": 1, "delta": two}, object{"type": "response.completed", "response": whole})
}
