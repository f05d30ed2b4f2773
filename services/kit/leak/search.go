package leak

import (
	"iter"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/leak/gitleaks"
	"github.com/keyhole-dev/keyhole/services/kit/leak/mnemonic"
)

// Find reports whether a text contains a secret. It also returns true if the budget ends
// before everything that looks like a key is checked.
func Find(text string) bool { return NewSearch().Find(text) }

// Find reports whether a text contains a secret, plain or encoded, or a picture among other
// text, because its metadata would not be removed.
func (s *Search) Find(text string) bool {
	if IsPicture(text) { // the content of a picture is not text
		return false
	}
	for view := range views(text) {
		if view == pictureMark || shaped(view) || s.holdsAddress(view) || s.holdsPassword(view) || mnemonic.Find(view) || s.ruled(view) {
			return true
		}
	}
	return false
}

// Joined reports whether adjacent texts contain a secret together: the characters of a key,
// their codes, or its parts.
func (s *Search) Joined(texts []string) bool {
	return len(texts) > 1 && (s.Find(strings.Join(texts, "")) || s.Find(strings.Join(texts, " ")))
}

func (s *Search) ruled(text string) bool {
	for part := range suspects(text) {
		if assigned(part) || inContext(part) || gitleaks.Find(part, s.spend) {
			return true
		}
	}
	return false
}

// Sizes of the text that rules are tried on, in bytes.
const (
	before = 120 // the name of a key is in the text before it
	after  = 16
)

// suspects yields the parts of a text that rules are tried on: words that could be keys,
// with the text around them. Rules are slow, and most text is ordinary.
func suspects(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		from, to := 0, -1 // the part so far; there is none
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

// HoldsPicture reports whether a text contains a picture among other text, or in another
// encoding. Its metadata cannot be removed there.
func HoldsPicture(text string) bool {
	if IsPicture(text) {
		return false
	}
	for view := range views(text) {
		if view == pictureMark {
			return true
		}
	}
	return false
}
