package guard

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Unit lists every byte string that may stand at one place of a Pattern.
type Unit []string

// Pattern is how a piece of a secret looks in one encoding.
type Pattern []Unit

// Encoding makes the patterns of a piece. It is called once for each secret and
// piece, never while a stream is scanned.
type Encoding func(piece []byte) []Pattern

// encodings is the whole list of what is looked for.
func encodings() []Encoding { return append(blockEncodings(), text) }

// blockEncodings are those in which later parts of a secret are looked for too. As
// plain text they are looked for as fragments; escaped, they alone would take more
// states than all the rest.
func blockEncodings() []Encoding {
	return []Encoding{reversed, hexadecimal, base64Once, base64Twice, base32Once}
}

// text is the piece as text: as it is, in any case, and with each character escaped
// or not, in the ways of JSON and programming languages, URLs, and HTML.
func text(piece []byte) []Pattern {
	return []Pattern{textUnits(piece, textForms)}
}

// reversed is the piece back to front, in any case.
func reversed(piece []byte) []Pattern {
	p := textUnits(piece, caseForms)
	slices.Reverse(p)
	return []Pattern{p}
}

// plain is the piece in any case without escapes, for fragments.
func plain(piece []byte) Pattern { return textUnits(piece, caseForms) }

func textUnits(piece []byte, forms func(r rune, raw string) Unit) Pattern {
	var p Pattern
	for len(piece) > 0 {
		r, n := utf8.DecodeRune(piece)
		p = append(p, forms(r, string(piece[:n])))
		piece = piece[n:]
	}
	return p
}

func caseForms(r rune, raw string) Unit {
	u := Unit{raw}
	for f := unicode.SimpleFold(r); f != r && r != utf8.RuneError; f = unicode.SimpleFold(f) {
		if f < utf8.RuneSelf || r >= utf8.RuneSelf { // not the Kelvin sign for a k
			u = append(u, string(f))
		}
	}
	return u
}

func textForms(r rune, raw string) Unit {
	u := append(caseForms(r, raw), percent(raw)...)
	if r != utf8.RuneError {
		u = append(u, backslash(r)...)
		u = append(u, entity(r)...)
	}
	return u
}

// percent is URL escaping, once or twice.
func percent(raw string) Unit {
	var once, twice strings.Builder
	for i := range len(raw) {
		fmt.Fprintf(&once, "%%%02x", raw[i])
		fmt.Fprintf(&twice, "%%25%02x", raw[i])
	}
	u := eitherCase(once.String(), twice.String())
	if raw == " " {
		u = append(u, "+")
	}
	return u
}

// backslash is the escaping of JSON and of string literals, with the backslash
// itself doubled where JSON lies in JSON.
func backslash(r rune) Unit {
	var long string
	for _, c := range utf16.Encode([]rune{r}) {
		long += fmt.Sprintf(`\u%04x`, c)
	}
	u := eitherCase(long, fmt.Sprintf(`\u{%x}`, r))
	if r < utf8.RuneSelf {
		u = append(u, eitherCase(fmt.Sprintf(`\x%02x`, r))...)
		u = append(u, fmt.Sprintf(`\%03o`, r))
	}
	if i := strings.IndexRune("\n\r\t\b\f\"\\/'", r); i >= 0 {
		u = append(u, `\`+string(`nrtbf"\/'`[i]))
	}
	for _, s := range slices.Clone(u) {
		u = append(u, strings.ReplaceAll(s, `\`, `\\`))
	}
	return u
}

// names are HTML's names of what keys and passwords are written with.
var names = map[rune][]string{
	'&': {"amp"}, '<': {"lt"}, '>': {"gt"}, '"': {"quot"}, '\'': {"apos"}, '/': {"sol"}, '+': {"plus"}, '=': {"equals"},
	'.': {"period"}, ':': {"colon"}, ';': {"semi"}, '_': {"lowbar", "UnderBar"}, '@': {"commat"}, '!': {"excl"}, '#': {"num"},
	'$': {"dollar"}, '%': {"percnt"}, '*': {"ast", "midast"}, ',': {"comma"}, '?': {"quest"}, '(': {"lpar"}, ')': {"rpar"},
	'[': {"lsqb", "lbrack"}, ']': {"rsqb", "rbrack"}, '{': {"lcub", "lbrace"}, '}': {"rcub", "rbrace"}, '|': {"vert", "verbar"},
	'\\': {"bsol"}, '^': {"Hat"}, '`': {"grave"}, '\n': {"NewLine"}, '\t': {"Tab"},
}

// entity is HTML's escaping: named, decimal and hexadecimal, also padded to four
// digits, and without the semicolon, which browsers do not insist on.
func entity(r rune) Unit {
	var bare Unit
	for _, n := range names[r] {
		bare = append(bare, "&"+n)
	}
	bare = append(bare, fmt.Sprintf("&#%d", r), fmt.Sprintf("&#%04d", r))
	bare = append(bare, eitherCase(fmt.Sprintf("&#x%x", r), fmt.Sprintf("&#x%04x", r), fmt.Sprintf("&#X%x", r))...)
	u := make(Unit, 0, 2*len(bare))
	for _, e := range bare {
		u = append(u, e, e+";")
	}
	return u
}

// eitherCase gives each escape with its hexadecimal digits in lower and in upper
// case. What comes before the digits keeps its case.
func eitherCase(escapes ...string) Unit {
	var u Unit
	for _, s := range escapes {
		up := strings.NewReplacer("a", "A", "b", "B", "c", "C", "d", "D", "e", "E", "f", "F").Replace(s)
		if u = append(u, s); up != s {
			u = append(u, up)
		}
	}
	return u
}
