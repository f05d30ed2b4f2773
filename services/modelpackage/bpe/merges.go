package bpe

import (
	"errors"
	"strings"
	"unicode/utf8"
)

const (
	// mostMerges is the number of merges that CLIP uses: those of a longer list are left out,
	// as in the published vocabulary of 49408 tokens.
	mostMerges = 48_894
	// end marks the last part of a word.
	end = "</w>"
	// longest bounds a part, in bytes.
	longest = 256
)

// Tokenizer has the vocabulary of a list of merges.
type Tokenizer struct {
	letters [256]string       // how a byte is written
	rank    map[[2]string]int // of a merge; a lower one goes first
	tokens  map[string]int64
	size    int64
}

// ErrMerges says what a list of merges looks like.
var ErrMerges = errors.New(`is not a list of merges: a first line of its own, and then two parts on each line, like "i n"`)

// Parse reads a list of merges: a heading, and then a pair of parts on each line.
func Parse(text string) (*Tokenizer, error) {
	lines := strings.Split(strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), "\n")
	if !utf8.ValidString(text) || len(lines) < 2 {
		return nil, ErrMerges
	}
	lines = lines[1:min(len(lines), 1+mostMerges)]
	t := &Tokenizer{rank: make(map[[2]string]int, len(lines)), tokens: make(map[string]int64, len(lines)+512)}
	t.spell()
	for i, line := range lines {
		parts := strings.Split(line, " ")
		if len(parts) != 2 || parts[0] == "" || parts[1] == "" || len(line) > longest {
			return nil, ErrMerges
		}
		t.rank[[2]string{parts[0], parts[1]}] = i
		t.add(parts[0] + parts[1])
	}
	return t, nil
}

// spell gives each byte a letter that can be seen, first the bytes that are one themselves.
// Each letter is a token, and each at the end of a word.
func (t *Tokenizer) spell() {
	var order []int
	for b := range 256 {
		if b >= '!' && b <= '~' || b >= 0xa1 && b <= 0xac || b >= 0xae {
			t.letters[b] = string(rune(b))
			order = append(order, b)
		}
	}
	next := rune(256)
	for b := range 256 {
		if t.letters[b] == "" {
			t.letters[b] = string(next)
			next++
			order = append(order, b)
		}
	}
	for _, b := range order {
		t.add(t.letters[b])
	}
	for _, b := range order {
		t.add(t.letters[b] + end)
	}
}

// add numbers a token. One that two merges make keeps its last number, as in the published
// vocabulary.
func (t *Tokenizer) add(token string) {
	t.tokens[token] = t.size
	t.size++
}

// Size is the number of tokens, with those of the beginning and the end of a text.
func (t *Tokenizer) Size() int64 { return t.size + 2 }
