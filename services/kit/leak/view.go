package leak

import (
	"html"
	"iter"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxDepth bounds the nested decodings of a text. Base64 of JSON with escapes needs two.
const maxDepth = 3

// views yields a text and everything that it decodes to. Each decoding is shorter than its
// source, so the total is a small multiple of the text.
func views(text string) iter.Seq[string] {
	return func(yield func(string) bool) { show(text, maxDepth, yield) }
}

func show(text string, depth int, yield func(string) bool) bool {
	if !yield(text) {
		return false
	}
	if depth == 0 {
		return true
	}
	for _, plain := range []string{visible(text), latinised(text), unescaped(text)} {
		if plain != text && !show(plain, depth-1, yield) {
			return false
		}
	}
	for _, inner := range unlisted(text) {
		if !show(inner, depth-1, yield) {
			return false
		}
	}
	for word := range encodedIn(text) {
		if plain, ok := dashed(word); ok && !show(plain, depth-1, yield) {
			return false
		}
		for _, inner := range decoded(word) {
			if !show(inner, depth-1, yield) {
				return false
			}
		}
	}
	return true
}

// latinised reads a text in Latin letters: letters that look like those, or are variants of them,
// without accents, pictures and other signs that are not ASCII.
func latinised(text string) string {
	if isASCII(text) {
		return text
	}
	return strings.Map(func(r rune) rune {
		latin, looksAlike := lookalikes[unicode.ToLower(r)]
		switch {
		case r < utf8.RuneSelf, r == '\u00a0':
			return r
		case looksAlike && unicode.IsUpper(r):
			return unicode.ToUpper(latin)
		case looksAlike:
			return latin
		case unicode.IsLetter(r), unicode.IsDigit(r):
			return r
		}
		return -1
	}, norm.NFKD.String(visible(text)))
}

// unescaped decodes backslash escapes, percent escapes and HTML entities.
func unescaped(text string) string {
	if strings.Contains(text, `\`) {
		text = backslashes(text)
	}
	if strings.Contains(text, "&") {
		text = html.UnescapeString(text)
	}
	if strings.Contains(text, "%") {
		if plain, err := url.PathUnescape(text); err == nil && utf8.ValidString(plain) {
			text = plain
		}
	}
	return text
}

// backslashes decodes the escapes of JSON and of programming languages. It drops a
// backslash before any other character, as shells and Markdown do.
func backslashes(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			out.WriteByte(text[i])
			continue
		}
		i++
		switch digits := map[byte]int{'u': 4, 'x': 2, 'U': 8}[text[i]]; {
		case digits > 0 && i+digits < len(text):
			n, err := strconv.ParseUint(text[i+1:i+1+digits], 16, 32)
			if err != nil {
				out.WriteByte(text[i])
				continue
			}
			out.WriteRune(rune(n)) // an invalid rune becomes U+FFFD
			i += digits
		case isOctal(text, i):
			n, _ := strconv.ParseUint(text[i:i+3], 8, 16)
			out.WriteRune(rune(n))
			i += 2
		case text[i] == 'n' || text[i] == 'r' || text[i] == 't':
			out.WriteByte('\n')
		default:
			out.WriteByte(text[i])
		}
	}
	return out.String()
}

// isOctal reports three octal digits.
func isOctal(text string, i int) bool {
	return i+3 <= len(text) && strings.Trim(text[i:i+3], "01234567") == ""
}

// encodedIn yields the words of a text that could be base64 or hex. It joins the lines of
// wrapped text.
func encodedIn(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		var joined strings.Builder
		start, end := -1, 0
		flush := func() bool {
			if start >= 0 {
				joined.WriteString(text[start:end])
			}
			word := joined.String()
			joined.Reset()
			start = -1
			return len(word) < minEncoded || yield(word)
		}
		for s, e := range wordsAt(text) {
			gap := text[end:s]
			wrapped := start >= 0 && e-s >= 4 && (end-start == 64 || end-start == 76) && strings.Trim(gap, "\r\n") == ""
			if wrapped {
				joined.WriteString(text[start:end])
			} else if !flush() {
				return
			}
			start, end = s, e
		}
		flush()
	}
}
