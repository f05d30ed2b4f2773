package guard

import (
	"math"

	"github.com/keyhole-dev/keyhole/services/vault/guard/lane"
	"github.com/keyhole-dev/keyhole/services/vault/guard/letters"
	"github.com/keyhole-dev/keyhole/services/vault/guard/view"
)

const (
	// leastWord is the shortest run of letters that counts as a word.
	leastWord = 4
	// firstLetters is the number of letters at the start of a word that carry little information.
	firstLetters = 2
	// randomRate is the mean information in a random letter under the letter model, in bits. n
	// letters may be below it by randomSpread divided by the square root of n: three standard
	// deviations, which few random keys exceed. Words have 4.1 bits per letter.
	randomRate   = 6.0
	randomSpread = 5.0
)

// wordy reports a body that consists of words: by all its letters, or by words that make at least
// half of it ("purple_dragon4242"). A body that is strong enough without its words is not wordy:
// of the random keys with letters of both cases, one in 3 000 has such words by chance.
func wordy(parts []lane.Part, body []byte) bool {
	if isHex(body) || hasOctets(parts) {
		return false
	}
	n, bits := lane.Measure(parts)
	if bits < wordyRate*float64(n) {
		return true
	}
	rest, inner, worth := words(body)
	return 2*len(rest) <= len(body) && entropy(rest) < guardableBits &&
		worth < (randomRate-randomSpread/math.Sqrt(float64(inner)))*float64(inner)
}

// words counts the letters after the first ones of each word with their information in bits, and
// returns the characters outside of words. The first letters of a word are equal in all texts.
func words(body []byte) (rest []byte, inner int, worth float64) {
	for i := 0; i < len(body); {
		j := i + 1
		for j < len(body) && follows(body[j-1], body[j], j-1 == i) {
			j++
		}
		if letter(body[i]) && j-i >= leastWord {
			var norm view.Normaliser
			for _, c := range letters.Cost(norm.Append(nil, body[i:j]))[firstLetters:] {
				worth += float64(c)
				inner++
			}
		} else {
			rest = append(rest, body[i:j]...)
		}
		i = j
	}
	return rest, inner, worth
}

func letter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// follows reports that b continues a word: in the case of the letter before, or in lower case
// after a first capital.
func follows(a, b byte, first bool) bool {
	return letter(a) && letter(b) && (a&0x20 == b&0x20 || first && b&0x20 != 0)
}
