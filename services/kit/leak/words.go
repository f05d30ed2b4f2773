package leak

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// lookalikes are letters of other alphabets and signs that stand for Latin ones.
var lookalikes = strings.NewReplacer("а", "a", "е", "e", "о", "o", "р", "p", "с", "c", "у", "y", "х", "x", "і", "i", "ѕ", "s", "к", "k", "ο", "o", "α", "a", "ε", "e", "ρ", "p", "ι", "i", "κ", "k", "ß", "ss", "ı", "i", "ł", "l")

// wordsOf splits a title at separators and capitals, in lower case and without accents.
func wordsOf(title string) []string {
	title = visible(title)
	var out []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			out = append(out, plainWord(string(word)))
		}
		word = word[:0]
	}
	var last rune
	for _, r := range norm.NFKD.String(title) {
		switch {
		case unicode.Is(unicode.Mn, r) && r < 0x370: // an accent of a Latin letter
		case !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) && r != '$' && r != '@':
			flush()
		case unicode.IsUpper(r) && unicode.IsLower(last):
			flush()
			word = append(word, unicode.ToLower(r))
		default:
			word = append(word, unicode.ToLower(r))
		}
		if !unicode.Is(unicode.Mn, r) {
			last = r
		}
	}
	flush()
	return slices.DeleteFunc(out, func(w string) bool { return w == "" })
}

// plainWord drops a number at the end, and reads digits and letters that stand for others
// in words that would be none.
func plainWord(word string) string {
	word = norm.NFC.String(word)
	trimmed := strings.TrimRight(word, "0123456789")
	if len(trimmed) <= 2 { // "ap1"
		trimmed = word
	}
	if strings.ContainsFunc(trimmed, func(r rune) bool { return r < 0x80 && unicode.IsLetter(r) }) {
		trimmed = lookalikes.Replace(trimmed)
		trimmed = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "$", "s", "@", "a").Replace(trimmed)
	}
	return trimmed
}
