package leak

import (
	"iter"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/leak/gitleaks"
)

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func isAlphanumeric(c byte) bool { return isLetter(c) || c >= '0' && c <= '9' }

// wordsAt yields start and end of each word. Words end at characters that keys do not
// contain.
func wordsAt(text string) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		start := -1
		for i := range len(text) {
			switch in := keyByte[text[i]]; {
			case in && start < 0:
				start = i
			case !in && start >= 0:
				if !yield(start, i) {
					return
				}
				start = -1
			}
		}
		if start >= 0 {
			yield(start, len(text))
		}
	}
}

var keyByte = func() (in [256]bool) {
	for _, c := range []byte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.+/") {
		in[c] = true
	}
	return in
}()

func isHex(s string) bool { return strings.Trim(s, "0123456789abcdefABCDEF") == "" }

// mixed reports digits, or letters of both cases, as keys have. It excludes ordinary words
// with hyphens.
func mixed(s string) bool {
	return strings.ContainsAny(s, "0123456789") ||
		strings.ToLower(s) != s && strings.ToUpper(s) != s && !strings.Contains(s, "/")
}

// Random reports a word that is long, mixed and of high entropy. Many innocent IDs are too,
// so use it for places where secrets are common.
func Random(text string) bool {
	for start, end := range wordsAt(text) {
		if word := text[start:end]; len(word) >= 20 && len(word) <= 4096 && !isUUID(word) && !isDigest(word) && scrambled(word) && gitleaks.Entropy(word) >= 3.4 {
			return true
		}
	}
	return false
}

// scrambled distinguishes keys from identifiers made of words: a key has digits among
// letters of both cases, or many digits.
func scrambled(word string) bool {
	digits, lower, upper, separators := 0, 0, 0, 0
	for i := range len(word) {
		switch c := word[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'a' && c <= 'z':
			lower++
		case c >= 'A' && c <= 'Z':
			upper++
		case c == '/' || c == '.':
			separators++
		}
	}
	return separators < 4 && lower+upper > 0 && (digits >= 2 && lower > 0 && upper > 0 || digits*6 >= len(word))
}

// isDigest recognises SHA-1, SHA-256, SHA-384 and SHA-512 in hex, for instance of a commit
// or a file.
func isDigest(word string) bool {
	switch len(word) {
	case 40, 64, 96, 128:
		return isHex(word)
	}
	return false
}

func isUUID(word string) bool {
	return len(word) == 36 && word[8] == '-' && word[13] == '-' && word[18] == '-' && word[23] == '-'
}

// suspect reports a word with digits, or with capitals inside.
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

const (
	minSuspect = 8    // shorter words are not keys
	maxSuspect = 1024 // longer words are tokens and files, which shaped and views handle
)
