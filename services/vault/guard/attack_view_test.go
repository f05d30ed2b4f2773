package guard

import (
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// disguise is a readable form of a key.
type disguise struct {
	name string
	as   func(s string) string
}

// tryAll writes whole keys and their bodies in each form, as text and as a JSON string, and
// expects that every answer is withheld.
func tryAll(t *testing.T, name string, list []disguise, applies func(d, body string) bool) {
	t.Helper()
	a := attack.New(t, "A3", name)
	for seed := range uint64(2) {
		for _, k := range attackKeys(seed + 1) {
			set := mustSet(t, k.secret)
			for _, d := range list {
				for what, s := range map[string]string{"key": k.secret, "body": k.body} {
					if applies != nil && !applies(d.name, k.body) {
						continue
					}
					text := "Here it is: " + d.as(s) + " and that is all."
					a.Attempt(set.stops([]byte(text)), "seed %d: %s of %s as %s passes: %.300q", seed, what, k.name, d.name, text)
					answer, _ := json.Marshal(map[string]any{"id": "x1", "choices": []any{map[string]any{"text": text, "index": 0}}})
					a.Attempt(set.stops(answer), "seed %d: %s of %s as %s in JSON passes: %.300q", seed, what, k.name, d.name, answer)
				}
			}
		}
	}
}

func between(sep string) func(string) string {
	return func(s string) string { return strings.Join(strings.Split(s, ""), sep) }
}

func mapped(f func(r rune) string) func(string) string {
	return func(s string) string {
		var b strings.Builder
		for _, r := range s {
			b.WriteString(f(r))
		}
		return b.String()
	}
}

// shifted replaces letters and digits by others in Unicode.
func shifted(upper, lower, digit rune) func(string) string {
	return mapped(func(r rune) string {
		switch {
		case r >= 'A' && r <= 'Z' && upper > 0:
			return string(upper + r - 'A')
		case r >= 'a' && r <= 'z' && lower > 0:
			return string(lower + r - 'a')
		case r >= '0' && r <= '9' && digit > 0:
			return string(digit + r - '0')
		}
		return string(r)
	})
}

func TestAttackGuardSeparatorsAndLetters(t *testing.T) {
	t.Parallel()
	list := []disguise{
		{"raw", func(s string) string { return s }},
		{"upper", strings.ToUpper},
		{"lower", strings.ToLower},
		{"full width", shifted(0xff21, 0xff41, 0xff10)},
		{"mathematical bold", shifted(0x1d400, 0x1d41a, 0x1d7ce)},
		{"mathematical fraktur", shifted(0x1d56c, 0x1d586, 0)},
		{"circled", shifted(0x24b6, 0x24d0, 0)},
		{"squared", func(s string) string { return shifted(0x1f130, 0, 0)(strings.ToUpper(s)) }},
		{"negative squared", func(s string) string { return shifted(0x1f170, 0, 0)(strings.ToUpper(s)) }},
		{"regional", func(s string) string { return shifted(0x1f1e6, 0, 0)(strings.ToUpper(s)) }},
		{"tag characters", mapped(func(r rune) string { return string(0xe0000 + r) })},
		{"Cyrillic", mapped(func(r rune) string {
			if i := strings.IndexRune("aceopxyABCEHKMOPTX", r); i >= 0 {
				return string([]rune("асеорхуАВСЕНКМОРТХ")[i])
			}
			return string(r)
		})},
		{"accents", mapped(func(r rune) string { return string(r) + "\u0301" })},
		{"two lines", func(s string) string { return s[:len(s)/2] + "\r\n    " + s[len(s)/2:] }},
		{"lines of seven", wrapped(7, "\n")},
		{"quoted lines", wrapped(20, "\n> ")},
	}
	for name, sep := range map[string]string{
		"space": " ", "NBSP": "\u00a0", "zero width": "\u200b", "NUL": "\x00", "dash": "-", "comma": ", ", "dot": ".", "slash": "/", "bar": "|",
		"underscore": "_", "soft hyphen": "\u00ad", "BOM": "\ufeff", "quotes": `","`, "plus": "'+'", "brackets": "][", "emoji": "🙂", "Chinese": "的", "bullets": " • ",
	} {
		list = append(list, disguise{"separated by " + name, between(sep)})
	}
	tryAll(t, "separators, scripts and line wraps", list, nil)
}

func wrapped(n int, with string) func(string) string {
	return func(s string) string {
		var out []string
		for len(s) > n {
			out = append(out, s[:n])
			s = s[n:]
		}
		return strings.Join(append(out, s), with)
	}
}

// every escapes only each nth character.
func every(n int, escape func(b byte) string) func(string) string {
	return func(s string) string {
		var b strings.Builder
		for i := range len(s) {
			if i%n == n-1 {
				b.WriteString(escape(s[i]))
			} else {
				b.WriteByte(s[i])
			}
		}
		return b.String()
	}
}

func escapes() map[string]func(byte) string {
	f := func(format string) func(byte) string { return func(b byte) string { return fmt.Sprintf(format, b) } }
	return map[string]func(byte) string{
		"u": f(`\u%04x`), "U": f(`\U%08x`), "u braces": f(`\u{%x}`), "x": f(`\x%02x`), "octal": f(`\%03o`), "percent": f("%%%02X"), "percent u": f("%%u%04x"), "percent twice": f("%%25%02x"),
		"decimal entity": f("&#%d;"), "hex entity": f("&#x%X;"), "padded entity": f("&#%05d;"), "quoted printable": f("=%02X"), "u in JSON": f(`\\u%04x`), "entity of percent": f("&#37;%02x"),
		"percent of entity": f("%%26%%23%d%%3B"), "u of percent": f(`\u0025%02x`), "x of backslash": f(`\x5cx%02x`), "amp": f("&amp;#%d;"),
	}
}

func TestAttackGuardEscapes(t *testing.T) {
	t.Parallel()
	var list []disguise
	for name, e := range escapes() {
		for _, n := range []int{1, 2, 5, 10} {
			list = append(list, disguise{fmt.Sprintf("%s, every %d", name, n), every(n, e)})
		}
	}
	quote := func(s string) string { b, _ := json.Marshal(s); return string(b) }
	e := escapes()
	list = append(list,
		disguise{"bare entity, every 1", every(1, func(b byte) string { return fmt.Sprintf("&#%d", b) })},
		disguise{"bare hex entity, every 1", every(1, func(b byte) string { return fmt.Sprintf("&#x%x", b) })},
		disguise{"one inside another", func(s string) string { return every(3, e["percent"])(every(4, e["u"])(s)) }},
		disguise{"JSON in JSON in JSON", func(s string) string { return quote(quote(quote(every(5, e["u"])(s)))) }},
		disguise{"query", url.QueryEscape}, disguise{"path", url.PathEscape}, disguise{"HTML", html.EscapeString},
		disguise{"tags", between("<b></b>")}, disguise{"line breaks", between("<br>")}, disguise{"comments", between("<!-- x -->")},
		disguise{"comments with a sign", between("<!-- a > b -->")}, disguise{"CDATA", between("]]><![CDATA[")}, disguise{"tags with a sign", between(`</i><i title="a>b">`)},
		disguise{"tags with unlike quotes", between(`<i title='"' b>`)}, disguise{"tags of 170 characters", between(`</i><i style="color:red;background:url(https://example.com/a/b/c/d);font-family:Arial, Helvetica, sans-serif" data-something="something rather long" title="also > long">`)},
		disguise{"braces with zeros", every(1, func(b byte) string { return fmt.Sprintf(`\u{%016x}`, b) })}, disguise{"braces with U+", every(1, func(b byte) string { return fmt.Sprintf(`\N{U+%04X}`, b) })}, disguise{"octal braces", every(1, func(b byte) string { return fmt.Sprintf(`\o{%o}`, b) })},
		disguise{"long tags", between(`<span class="token punctuation">`)}, disguise{"colours", between("\x1b[31m")}, disguise{"written colours", between(`\x1b[0m`)}, disguise{"named entities", between("&nbsp;")}, disguise{"zero width entities", between("&ZeroWidthSpace;")},
		disguise{"UTF-16 escapes", mapped(func(r rune) string {
			if r < 'A' || r > 'Z' {
				return string(r)
			}
			h, l := utf16.EncodeRune(0x1d400 + r - 'A')
			return fmt.Sprintf(`\u%04x\u%04x`, h, l)
		})},
	)
	tryAll(t, "escapes, sparse, twice and inside of each other", list, nil)
}
