package vendors

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// talking are the moods of providers of text.
var talking = []Mood{Streaming, CutOff, Calling, Empty}

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

// messagesTalk is https://docs.anthropic.com/en/docs/build-with-claude/streaming.
func messagesTalk(_ *http.Request, mood Mood, text string) reply {
	one, two := halves(text)
	switch mood {
	case Calling:
		call := object{"type": "tool_use", "id": "toolu_1", "name": "look_up", "input": object{"q": "motorcycle"}}
		return reply{status: http.StatusOK, body: messagesAnswer("tool_use", object{"type": "text", "text": "I look it up."}, call)}
	case Empty:
		return reply{status: http.StatusOK, body: messagesAnswer("end_turn")}
	}
	delta := func(text string) any {
		return object{"type": "content_block_delta", "index": 0, "delta": object{"type": "text_delta", "text": text}}
	}
	start := messagesAnswer("")
	return streamed(mood, []any{
		object{"type": "message_start", "message": start},
		object{"type": "content_block_start", "index": 0, "content_block": object{"type": "text", "text": ""}},
		object{"type": "ping"},
		delta(one),
	}, delta(two), object{"type": "content_block_stop", "index": 0},
		object{"type": "message_delta", "delta": object{"stop_reason": "end_turn", "stop_sequence": nil}, "usage": object{"output_tokens": 4}},
		object{"type": "message_stop"})
}

// generateTalk is https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent.
func generateTalk(_ *http.Request, mood Mood, text string) reply {
	one, two := halves(text)
	switch mood {
	case Calling:
		return reply{status: http.StatusOK, body: generateAnswer("STOP", object{"functionCall": object{"name": "look_up", "args": object{}}})}
	case Empty:
		return reply{status: http.StatusOK, body: object{"usageMetadata": object{"promptTokenCount": 7}}}
	}
	first := generateAnswer("", object{"text": one})
	return streamed(mood, []any{first}, generateAnswer("STOP", object{"text": two}))
}
