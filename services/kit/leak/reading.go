package leak

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// reading is a title, split into words in lower case.
type reading struct {
	words []string
	// disguised has the words that use lookalikes: "k3y".
	disguised map[string]bool
}

// readings returns the title as it is written and, if it differs, with lookalikes replaced.
func readings(title string) []reading {
	words := splitWords(spelled(title))
	plain, fold := reading{}, reading{disguised: map[string]bool{}}
	changed := false
	for _, word := range words {
		plain.words = append(plain.words, segmented(plainWord(word))...)
		seen := plainWord(folded(numberless(word)))
		changed = changed || seen != plainWord(word)
		if seen != plainWord(word) {
			fold.disguised[seen] = true
		}
		fold.words = append(fold.words, segmented(seen)...)
	}
	plain.words = joinLetters(plain.words)
	if !changed {
		return []reading{plain}
	}
	fold.words = joinLetters(fold.words)
	return []reading{plain, fold}
}

// numberless removes signs and a number at the end.
func numberless(word string) string {
	trimmed := strings.TrimRight(word, "0123456789!|+")
	if len(trimmed) <= 2 { // "ap1"
		return strings.TrimRight(word, "!|+")
	}
	return trimmed
}

func plainWord(word string) string {
	return latin.Replace(norm.NFC.String(strings.TrimFunc(numberless(word), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r)
	})))
}

// minSpelled is the number of single letters in a row that are read as a word: "p_i_n".
const minSpelled = 3

// joinLetters joins words that are spelled out, and removes empty ones.
func joinLetters(words []string) (out []string) {
	words = slices.DeleteFunc(words, func(w string) bool { return w == "" })
	for at := 0; at < len(words); {
		end := at
		for end < len(words) && len([]rune(words[end])) == 1 {
			end++
		}
		if end-at < minSpelled {
			out = append(out, words[at])
			at++
			continue
		}
		out = append(out, segmented(strings.Join(words[at:end], ""))...)
		at = end
	}
	return out
}

// maxRunTogether bounds the words that are split, in bytes.
const maxRunTogether = 60

// segmented splits words that are written together, if all parts are known:
// "clientsecretvalue". It prefers few parts.
func segmented(word string) []string {
	if len(word) < 5 || len(word) > maxRunTogether || vocabulary[word] {
		return []string{word}
	}
	best := make([][]string, len(word)+1)
	best[0] = []string{}
	for end := 2; end <= len(word); end++ {
		for start := max(0, end-longestWord); start <= end-2; start++ {
			if best[start] == nil || !vocabulary[word[start:end]] {
				continue
			}
			if best[end] == nil || len(best[start])+1 < len(best[end]) {
				best[end] = append(slices.Clone(best[start]), word[start:end])
			}
		}
	}
	if best[len(word)] == nil {
		return []string{word}
	}
	return best[len(word)]
}
