package guard

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/vault/guard/anatomy"
	"github.com/keyhole-dev/keyhole/services/vault/guard/lane"
)

const (
	// minBits is the least information in a secret that is searched for. Less occurs by chance
	// ("password").
	minBits = 40
	// guardableBody, in letters and digits, guardableBits and guardableDistinct are the
	// requirements of Guardable.
	guardableBody     = 12
	guardableBits     = 80
	guardableDistinct = 6
)

// Guardable returns nil if a secret can be told from ordinary text, or an error for its owner. A
// secret that fails must not be used where its answer can reach a visitor: its echo would pass, or
// ordinary answers would be withheld.
func Guardable(s secret.Secret) error {
	raw := s.Expose()
	if len(raw) > maxSecret {
		return fmt.Errorf("the secret is longer than %d bytes", maxSecret)
	}
	parts := anatomy.Dissect(raw)
	body := anatomy.Body(parts)
	if n, _ := lane.Measure(parts); n < guardableBody {
		return fmt.Errorf("the secret has fewer than %d letters and digits that are not public: too short to be distinguished from ordinary text", guardableBody)
	}
	if strength(parts) < guardableBits || wordy(parts, body) || distinct(body) < guardableDistinct {
		return fmt.Errorf("the secret is too easy to guess: it consists of words, repeats itself, or has less than %d bits of entropy; "+
			"use a random one of 16 characters or more", guardableBits)
	}
	return nil
}

// digitLess is subtracted from the letter model's bits for each digit. The model has 36 symbols,
// and the digits after a word only ten.
const digitLess = 2.7

// strength is the lower of two estimates in bits: by letters and by repetition.
func strength(parts []lane.Part) float64 {
	_, bits := lane.Measure(parts)
	body := anatomy.Body(parts)
	if !hasOctets(parts) {
		for _, c := range body {
			if c >= '0' && c <= '9' {
				bits -= digitLess
			}
		}
	}
	return math.Min(bits, entropy(body))
}

// ruleOf returns the rule for a body.
func ruleOf(parts []lane.Part, symbols int) rule {
	body := anatomy.Body(parts)
	return rule{symbols: symbols, hex: isHex(body), wordy: wordy(parts, body)}
}

func isHex(body []byte) bool {
	for _, b := range body {
		if !strings.ContainsRune("0123456789abcdefABCDEF-", rune(b)) {
			return false
		}
	}
	return true
}

// entropy is an upper estimate in bits. A character counts with its alphabet, unless it repeats or
// continues the one before ("aaa", "1234") or ends a repeated group of three.
func entropy(body []byte) float64 {
	worth := 0
	seen := make(map[[3]byte]bool, len(body))
	for i, b := range body {
		if i > 0 && (b == body[i-1] || b == body[i-1]+1 || b == body[i-1]-1) {
			continue
		}
		if i > 1 {
			three := [3]byte(body[i-2 : i+1])
			if seen[three] {
				continue
			}
			seen[three] = true
		}
		worth++
	}
	return float64(worth) * alphabetBits(body)
}

func distinct(b []byte) int {
	s := slices.Clone(b)
	slices.Sort(s)
	n := len(slices.Compact(s))
	clear(s)
	return n
}

// alphabetBits is the information in one character of the smallest alphabet that contains b.
func alphabetBits(b []byte) float64 {
	const hexDigits = "0123456789abcdefABCDEF"
	digit, lower, upper, other, hex := 0, 0, 0, 0, true
	for _, c := range b {
		switch {
		case c >= '0' && c <= '9':
			digit = 10
		case c >= 'a' && c <= 'z':
			lower = 26
		case c >= 'A' && c <= 'Z':
			upper = 26
		default:
			other = 32
		}
		hex = hex && strings.IndexByte(hexDigits, c) >= 0
	}
	if hex && digit > 0 && lower+upper > 0 {
		return 4
	}
	return math.Log2(float64(max(2, digit+lower+upper+other)))
}
