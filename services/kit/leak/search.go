package leak

import (
	"iter"
	"strings"
)

// budget bounds the bytes that regexps read in one search. The slowest read a megabyte
// in about a second; ordinary text needs some hundred bytes.
const budget = 1 << 20

// Search looks texts over that belong together, such as the fields of one request, within
// one budget. The zero Search is not usable.
type Search struct {
	left int
}

// NewSearch starts a search.
func NewSearch() *Search { return &Search{left: budget} }

// Find reports whether a text holds a secret. So it does where there is more that looks
// like keys than can be looked through.
func Find(text string) bool { return NewSearch().Find(text) }

// Find reports whether a text holds a secret, as it is or after decoding, or a picture
// inside of other text, whose metadata nobody takes out.
func (s *Search) Find(text string) bool {
	if IsPicture(text) { // what is in it is not text
		return false
	}
	for view := range views(text) {
		if view == pictureMark || shaped(view) || s.holdsAddress(view) || s.ruled(view) {
			return true
		}
	}
	return false
}

// Joined reports whether texts that stand beside each other hold a secret together: the
// characters of a key, their numbers, or its parts.
func (s *Search) Joined(texts []string) bool {
	return len(texts) > 1 && (s.Find(strings.Join(texts, "")) || s.Find(strings.Join(texts, " ")))
}

func (s *Search) ruled(text string) bool {
	for part := range suspects(text) {
		if assigned(part) || loaded().find(part, s.spend) {
			return true
		}
	}
	return false
}

func (s *Search) spend(n int) bool {
	s.left -= n
	return s.left >= 0
}

// Sizes of what rules are tried on, in bytes.
const (
	minSuspect = 8    // shorter words are no keys
	maxSuspect = 1024 // longer ones are no keys either, but tokens and files: shaped and views know those
	before     = 120  // what names a key stands before it
	after      = 16
)

// suspects are the parts of a text that rules are tried on: words that could be keys,
// with what stands around them. Rules are slow, and most text is none of theirs.
func suspects(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		from, to := 0, -1 // the part so far; none
		for start, end := range wordsAt(text) {
			if !suspect(text[start:end]) {
				continue
			}
			if to >= 0 && start-before > to {
				if !yield(text[from:to]) {
					return
				}
				to = -1
			}
			if to < 0 {
				from = max(0, start-before)
			}
			to = min(len(text), end+after)
		}
		if to >= 0 {
			yield(text[from:to])
		}
	}
}

// suspect reports a word that has digits, or capitals inside.
func suspect(word string) bool {
	if len(word) < minSuspect || len(word) > maxSuspect {
		return false
	}
	for i := range len(word) {
		c := word[i]
		if c >= '0' && c <= '9' || i > 0 && c >= 'A' && c <= 'Z' && word[i-1] >= 'a' && word[i-1] <= 'z' {
			return true
		}
	}
	return false
}
