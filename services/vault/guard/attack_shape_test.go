package guard

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// shapes are malformed containers that lenient readers accept.
func shapes() []streamed {
	each := func(before, format string) func(string) string {
		return func(s string) string {
			var b strings.Builder
			b.WriteString(before)
			for i := range len(s) {
				fmt.Fprintf(&b, format, quoted(s[i:i+1]))
			}
			return b.String()
		}
	}
	parts := func(before, after string, n int) func(string) string {
		return func(s string) string {
			var b strings.Builder
			for ; len(s) > 0; s = s[min(n, len(s)):] {
				b.WriteString(before + every(5, escapes()["decimal entity"])(s[:min(n, len(s))]) + after)
			}
			return b.String()
		}
	}
	wide := func(o binary.AppendByteOrder, s string) string {
		b := o.AppendUint16(nil, 0xfeff)
		for _, c := range utf16.Encode([]rune(s)) {
			b = o.AppendUint16(b, c)
		}
		return string(b)
	}
	const (
		event = "data: {\"choices\":[{\"delta\":{\"content\":%s},\"note\":\"n\"}]}\n\n"
		item  = ",{\"t\":%s,\"n\":\"word\"}"
		line  = "{\"t\":%s,\"n\":\"word\"}\n"
	)
	u := every(6, escapes()["u"])
	return []streamed{
		{"escapes in an attribute", "text/html", parts(`<a t="`, `">`, 40)},
		{"escapes between &lt and ;", "text/html", parts("&lt", ";", 24)},
		{"UTF-16 with escapes", "application/json; charset=utf-16", func(s string) string { return wide(binary.LittleEndian, `{"a":"`+u(s)+`"}`) }},
		{"UTF-16 with escapes, big end first", "text/plain", func(s string) string { return wide(binary.BigEndian, u(s)) }},
		{"events in UTF-16", "text/event-stream", func(s string) string { return wide(binary.LittleEndian, each("", event)(s)) }},
		{"blanks before an event's JSON", "text/event-stream", each("", strings.Replace(event, ": ", ": \t ", 1))},
		{"a line of blanks before it", "text/event-stream", each("", "data:  \n"+event)},
		{"a quote before events", "text/event-stream", each("\"\n", event)},
		{"a quote and an escape before events", "text/plain", each("[\"\\\r\n", event)},
		{"other lines before events", "text/plain", each("hello: x\n\n", event)},
		{"many blanks before JSON", "application/json", each(strings.Repeat(" ", 9000)+"[0", item)},
		{"JSON in many brackets", "application/json", each(strings.Repeat("[", 70)+"0", item)},
		{"JSON in many objects", "application/json", each(strings.Repeat(`{"a":`, 70)+"[0", item)},
		{"JSON after a guard", "application/json", each(")]}',\n[0", item)},
		{"JSON in a call", "application/javascript", each("f([0", item)},
		{"lines after a number", "application/x-ndjson", each("12345678\n", line)},
		{"lines after null", "application/x-ndjson", each("null    \n", line)},
		{"lines with separators", "application/json-seq", each("", "\x1e"+line)},
	}
}

func TestAttackGuardShapes(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A3", "keys in answers that are not quite what their container is")
	for _, k := range attackKeys(99)[:6] {
		set := mustSet(t, k.secret)
		for _, st := range shapes() {
			answer := st.as(k.body)
			for _, size := range []int{1, 3, 8, 31, 64, 4096} {
				out, err := io.ReadAll(set.Reader(&chunks{strings.NewReader(answer), size}, Options{ContentType: st.contentType}))
				a.Attempt(errors.Is(err, ErrReflected) && set.Check(out) == nil, "%s: %s by %d: %v, %.100q came out", k.name, st.name, size, err, out)
			}
		}
	}
}

// Text in an open escape counts from the start of the escape, not from the byte that ends it.
func TestAttackGuardTextBehindAnOpenEscape(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A3", "the beginning of a key behind an escape that is never complete")
	for _, k := range attackKeys(98) {
		set := mustSet(t, k.secret)
		for _, open := range []string{"=4", `\x`, "%u\x1b", `\\=` + "\x1b", "%25", "\x1b"} {
			for name, as := range map[string]func(byte) string{"quoted printable": escapes()["quoted printable"], "octal": escapes()["octal"], "u in JSON": escapes()["u in JSON"], "percent twice": escapes()["percent twice"]} {
				for step := 5; step < 10; step++ {
					answer := open + every(step, as)(k.body)
					for _, size := range []int{1, 2, 3, 7} {
						out, _ := io.ReadAll(set.Reader(&chunks{strings.NewReader(answer), size}, Options{}))
						a.Attempt(len(out) < len(answer) && set.Check(out) == nil, "%s as %s behind %q by %d: %q came out", k.name, name, open, size, out)
					}
				}
			}
		}
	}
}
