package guard

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// streamed is an answer that spreads a key over a container.
type streamed struct {
	name, contentType string
	as                func(s string) string
}

func quoted(v any) string { b, _ := json.Marshal(v); return string(b) }

// events writes one event for each character.
func events(format string) func(string) string {
	return func(s string) string {
		var b strings.Builder
		b.WriteString(": begins\n\nevent: ping\ndata: {}\n\n")
		for i := range len(s) {
			fmt.Fprintf(&b, format, i%2, quoted(s[i:i+1]))
		}
		return b.String() + "data: [DONE]\n\n"
	}
}

const (
	openAIEvent    = "data: {\"id\":\"chatcmpl-A1\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":%[1]d,\"delta\":{\"content\":%[2]s},\"finish_reason\":null}]}\n\n"
	indexLast      = "data: {\"choices\":[{\"delta\":{\"content\":%[2]s},\"note\":\"n\",\"index\":0}],\"x\":%[1]d}\n\n"
	anthropicEvent = "event: content_block_delta\r\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"n\":%[1]d,\r\ndata: \"delta\":{\"type\":\"text_delta\",\"text\":%[2]s}}\r\n\r\n"
	line           = "{\"model\":\"llama\",\"n\":%[1]d,\"message\":{\"role\":\"assistant\",\"content\":%[2]s},\"done\":false}\n"
)

// interleaved alternates the characters of two choices.
func interleaved(s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, "data: {\"choices\":[{\"delta\":{\"content\":%s},\"index\":0}]}\n\n", quoted(s[i:i+1]))
		fmt.Fprintf(&b, "data: {\"choices\":[{\"delta\":{\"content\":%s},\"index\":1}]}\n\n", quoted("quite other words"[i%17:i%17+1]))
	}
	return b.String()
}

func lines(s string) string { return strings.SplitN(events(line)(s), "\n\n", 3)[2] }

func plainEvents(s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, "id: %d\ndata: %s\n\n", i, s[i:i+1])
	}
	return b.String()
}

func streams() []streamed {
	object := func(s string) string {
		var list []any
		for i := range len(s) {
			list = append(list, map[string]any{"logprob": -0.25, "token": s[i : i+1], "rank": i})
		}
		return quoted(map[string]any{"ok": true, "content": list})
	}
	names := func(s string) string {
		var parts []string
		for i := range len(s) {
			parts = append(parts, fmt.Sprintf("%s:{\"value\":\"word\",\"n\":%d}", quoted(s[i:i+1]), i))
		}
		return "{" + strings.Join(parts, ",") + "}"
	}
	part := func(s string) string {
		return "--b\r\nContent-Type: text/plain\r\n\r\n" + s[:len(s)/2] + "\r\n--b\r\nContent-Type: text/plain\r\nX: y\r\n\r\n" + s[len(s)/2:] + "\r\n--b--\r\n"
	}
	escaped := every(1, escapes()["u"])
	return []streamed{
		{"events of one character", "text/event-stream", events(strings.Replace(openAIEvent, "%[1]d", "0", 1))},
		{"events without their type", "text/plain", events(strings.Replace(openAIEvent, "%[1]d", "0", 1))},
		{"events said to be parts", "multipart/mixed; boundary=b", events(strings.Replace(openAIEvent, "%[1]d", "0", 1))},
		{"events said to be a form", "application/x-www-form-urlencoded", events(strings.Replace(openAIEvent, "%[1]d", "0", 1))},
		{"events after a line, said to be parts", "multipart/mixed; boundary=b", func(s string) string {
			return "hello\n\n" + events(strings.Replace(openAIEvent, "%[1]d", "0", 1))(s)
		}},
		{"events after a line, said to be a form", "application/x-www-form-urlencoded", func(s string) string {
			return "a=b&c\n\n" + events(strings.Replace(openAIEvent, "%[1]d", "0", 1))(s)
		}},
		{"events with the index last", "text/event-stream", events(indexLast)},
		{"events over two lines", "text/event-stream; charset=utf-8", events(anthropicEvent)},
		{"two choices in turn", "text/event-stream", events(openAIEvent)},
		{"a choice beside another", "text/event-stream", interleaved},
		{"events of text", "text/event-stream", plainEvents},
		{"escapes cut over events", "text/event-stream", func(s string) string { return plainEvents(escaped(s)) }},
		{"escapes cut over deltas", "text/event-stream", func(s string) string {
			return events(strings.Replace(openAIEvent, "%[1]d", "0", 1))(escaped(s))
		}},
		{"base64 of gzip over deltas", "text/event-stream", func(s string) string {
			return events(strings.Replace(openAIEvent, "%[1]d", "0", 1))(b64(packers()["gzip"](s)))
		}},
		{"lines of JSON", "application/x-ndjson", lines},
		{"lines of JSON as JSON", "application/json", lines},
		{"array of objects", "application/json", object},
		{"names of fields", "application/json", names},
		{"numbers of JSON", "application/json", func(s string) string {
			return quoted(map[string]any{"a": "b", "bytes": slices.Collect(bytesOf(s)), "c": 1})
		}},
		{"form", "application/x-www-form-urlencoded", func(s string) string {
			return "a=1&v=" + url.QueryEscape(every(2, escapes()["percent"])(s[:len(s)/2])) + url.QueryEscape(s[len(s)/2:]) + "&b=2"
		}},
		{"parts", "multipart/mixed; boundary=b", part},
		{"parts of base64", "multipart/form-data; boundary=\"b\"", func(s string) string { return part(b64(b64(b64(s)))) }},
		{"packed without saying so", "application/octet-stream", packers()["gzip"]},
		{"a zip file", "application/zip", packers()["zip"]},
		{"a picture's text", "image/png", packers()["PNG packed text"]},
		{"deep JSON", "application/json", func(s string) string {
			return strings.Repeat(`{"a":[`, 100) + quoted(s) + strings.Repeat(`]}`, 100)
		}},
		{"after much else", "application/json", func(s string) string {
			return `{"a":"` + strings.Repeat("plain words, ", 30000) + `","b":` + quoted(s) + `}`
		}},
	}
}

func bytesOf(s string) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range len(s) {
			if !yield(int(s[i])) {
				return
			}
		}
	}
}

// A key in a container is withheld for every size of chunks, and no piece of it gets out before.
func TestAttackGuardStreams(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A3", "keys spread over events, fields and parts, at every cut")
	for _, k := range attackKeys(11) {
		set := mustSet(t, k.secret)
		for _, st := range streams() {
			if st.name == "two choices in turn" && k.name == "password" {
				continue // each half is too short to be distinguished from chance
			}
			for _, s := range []string{k.secret, k.body} {
				answer := st.as(s)
				for _, size := range []int{1, 2, 3, 5, 7, 11, 16, 29, 64, 257, 4096, 100_000} {
					if len(answer) > 50_000 && size < 64 {
						continue
					}
					out, err := io.ReadAll(set.Reader(&chunks{strings.NewReader(answer), size}, Options{ContentType: st.contentType}))
					a.Attempt(errors.Is(err, ErrReflected) && set.Check(out) == nil && strings.HasPrefix(answer, string(out)),
						"%s in %s, cut by %d: %v, and %d of %d bytes came out: %.200q", k.name, st.name, size, err, len(out), len(answer), out)
				}
			}
		}
	}
}

// The remembered pieces of a stream do not depend on its chunks, and are reported before the text
// is released.
func TestPiecesDoNotDependOnTheCut(t *testing.T) {
	t.Parallel()
	for _, k := range attackKeys(12)[:4] {
		set := mustSet(t, k.secret)
		for _, st := range streams() {
			// Separate pieces of ten and eleven symbols, none of which stops.
			answer := st.as("a word, " + k.body[3:14] + ". ok! " + k.body[20:30] + " -- end")
			want := ""
			for _, size := range []int{100_000, 1, 3, 8, 40, 1000} {
				if len(answer) > 50_000 && size < 1000 {
					continue
				}
				var got []string
				read := 0
				src := &chunks{strings.NewReader(answer), size}
				r := set.Reader(src, Options{ContentType: st.contentType, Remember: func(p []Piece) (bool, error) {
					for _, piece := range p {
						if piece.Plain && read > strings.Index(answer, k.body[3:14])+8 && strings.Contains(answer, k.body[3:14]) {
							t.Errorf("%s, %s by %d: remembered after %d bytes were out", k.name, st.name, size, read)
						}
						got = append(got, fmt.Sprint(piece.From, piece.To, piece.Plain))
					}
					return false, nil
				}})
				buf := make([]byte, 4096)
				var err error
				for err == nil {
					var n int
					n, err = r.Read(buf)
					read += n
				}
				slices.Sort(got)
				have := fmt.Sprint(strings.Join(got, "; "), errors.Is(err, io.EOF), read)
				if want == "" {
					want = have
				}
				if have != want {
					t.Errorf("%s, %s by %d: %s, whole: %s", k.name, st.name, size, have, want)
				}
			}
		}
	}
}

// A memory that fails or reports true withholds the answer. Only the second is a hit.
func TestMemoryDecides(t *testing.T) {
	t.Parallel()
	set := mustSet(t, openAIKey)
	text := "one " + openAIKey[8:17] + " two"
	for _, c := range []struct {
		withhold bool
		err      error
		hits     int
		cut      bool
	}{{false, nil, 0, false}, {true, nil, 1, true}, {false, io.ErrUnexpectedEOF, 0, true}} {
		hits, calls := 0, 0
		o := Options{OnHit: func() { hits++ }, Remember: func(p []Piece) (bool, error) {
			if calls++; len(p) != 1 || p[0].From != 0 || p[0].To != 9 || p[0].Stops || !p[0].Plain {
				t.Errorf("%+v", p)
			}
			return c.withhold, c.err
		}}
		out, err := io.ReadAll(set.Reader(strings.NewReader(text+strings.Repeat(" and again "+openAIKey[8:17], 50)), o))
		if errors.Is(err, ErrReflected) != c.cut || hits != c.hits || calls != 1 || c.cut && strings.Contains(string(out), openAIKey[8:17]) {
			t.Errorf("%+v: %q, %v, %d hits, %d calls", c, out, err, hits, calls)
		}
	}
}
