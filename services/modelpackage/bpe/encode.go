package bpe

import (
	"html"
	"regexp"
	"strings"
)

// mostRunes bounds the part of a text that is read. The rest would not fit the context.
const mostRunes = 4096

// words are what a text is cut into: endings after an apostrophe, letters, single digits,
// and everything else that is no space.
var words = regexp.MustCompile(`(?i)'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+`)

// Encode returns the tokens of a text, of a length of at least 2: the beginning, as many of
// the text as fit, the end, and zeros.
func (t *Tokenizer) Encode(text string, length int) []int64 {
	if runes := []rune(text); len(runes) > mostRunes {
		text = string(runes[:mostRunes])
	}
	text = html.UnescapeString(html.UnescapeString(text))
	text = strings.ToLower(strings.Join(strings.Fields(text), " "))
	out := make([]int64, length)
	out[0] = t.size
	n := 1
	for _, word := range words.FindAllString(text, -1) {
		for _, part := range t.merge(word) {
			if n == length-1 {
				break
			}
			out[n] = t.tokens[part]
			n++
		}
		if n == length-1 {
			break
		}
	}
	out[n] = t.size + 1
	return out
}

// merge joins the letters of a word, the pair of the lowest rank first. The work grows with
// the square of the length, so that a very long word is read in pieces.
func (t *Tokenizer) merge(word string) []string {
	var out []string
	for len(word) > longest {
		out = append(out, t.join(t.split(word[:longest], false))...)
		word = word[longest:]
	}
	return append(out, t.join(t.split(word, true))...)
}

func (t *Tokenizer) split(word string, last bool) []string {
	parts := make([]string, len(word))
	for i := range len(word) {
		parts[i] = t.letters[word[i]]
	}
	if last && len(parts) > 0 {
		parts[len(parts)-1] += end
	}
	return parts
}

func (t *Tokenizer) join(parts []string) []string {
	for len(parts) > 1 {
		best, at := len(t.rank), -1
		for i := range len(parts) - 1 {
			if rank, ok := t.rank[[2]string{parts[i], parts[i+1]}]; ok && rank < best {
				best, at = rank, i
			}
		}
		if at < 0 {
			break
		}
		first, second := parts[at], parts[at+1]
		joined := parts[:0]
		for i := 0; i < len(parts); i++ {
			if i+1 < len(parts) && parts[i] == first && parts[i+1] == second {
				joined = append(joined, first+second)
				i++
				continue
			}
			joined = append(joined, parts[i])
		}
		parts = joined
	}
	return parts
}
