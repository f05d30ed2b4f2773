package guard

import (
	"math"
	"strings"

	"github.com/keyhole-dev/keyhole/services/vault/guard/anatomy"
	"github.com/keyhole-dev/keyhole/services/vault/guard/lane"
)

const (
	// minBits is the least information in a secret that is searched for. Less occurs by chance
	// ("password").
	minBits       = 40
	guardableBits = 80
)

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

func hasOctets(parts []lane.Part) bool {
	for _, p := range parts {
		if p.Octets {
			return true
		}
	}
	return false
}
