package gitleaks

import (
	"iter"
	"strings"
)

// keywords finds in one pass which rules could match a text. Keywords are indexed by their
// first two bytes.
type keywords map[[2]byte][]keyword

type keyword struct {
	text  string
	rules []int
}

// add adds a word of at least two bytes, in lower case.
func (k keywords) add(word string, rule int) {
	head := [2]byte{word[0], word[1]}
	for i := range k[head] {
		if k[head][i].text == word {
			k[head][i].rules = append(k[head][i].rules, rule)
			return
		}
	}
	k[head] = append(k[head], keyword{word, []int{rule}})
}

// in yields the rules, each once, that have a keyword in the text. Case is ignored.
func (k keywords) in(text string, rules int) iter.Seq[int] {
	return func(yield func(int) bool) {
		found := make([]bool, rules)
		lower := strings.ToLower(text)
		for i := 0; i+1 < len(lower); i++ {
			for _, word := range k[[2]byte{lower[i], lower[i+1]}] {
				if !strings.HasPrefix(lower[i:], word.text) {
					continue
				}
				for _, rule := range word.rules {
					if !found[rule] && !yield(rule) {
						return
					}
					found[rule] = true
				}
			}
		}
	}
}
