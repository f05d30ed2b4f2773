package guard

import (
	"math"

	"github.com/keyhole-dev/keyhole/services/vault/guard/lane"
	"github.com/keyhole-dev/keyhole/services/vault/guard/letters"
	"github.com/keyhole-dev/keyhole/services/vault/guard/view"
)

const (
	// leastWord is the shortest run of letters that is taken for a word.
	leastWord = 4
	// firstLetters is how many letters of a word are worth little until the next is known.
	firstLetters = 2
	// randomRate is what a random letter is worth under the letter model on average, in
	// bits, and randomSpread how far n of them may be below, divided by the square root
	// of n: three standard deviations, which few random keys exceed.
	// Words are worth 4.1 bits a letter.
	randomRate   = 6.0
	randomSpread = 5.0
)

// wordy reports that a body is made of words: by its letters as a whole, or by those
// of the words that are half of it or more ("purple_dragon4242").
func wordy(parts []lane.Part, body []byte) bool {
	if isHex(body) || hasOctets(parts) {
		return false
	}
	n, bits := lane.Measure(parts)
	if bits < wordyRate*float64(n) {
		return true
	}
	chars, inner, worth := words(body)
	return 2*chars >= len(body) && worth < (randomRate-randomSpread/math.Sqrt(float64(inner)))*float64(inner)
}

// words counts the characters that are in words, and those after the first letters of
// each with what they are worth in bits: the first of a word are worth the same in any
// text.
func words(body []byte) (chars, inner int, worth float64) {
	for i := 0; i < len(body); {
		j := i + 1
		for j < len(body) && follows(body[j-1], body[j], j-1 == i) {
			j++
		}
		if letter(body[i]) && j-i >= leastWord {
			var norm view.Normaliser
			chars += j - i
			for _, c := range letters.Cost(norm.Append(nil, body[i:j]))[firstLetters:] {
				worth += float64(c)
				inner++
			}
		}
		i = j
	}
	return chars, inner, worth
}

func letter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// follows reports that b goes on with a word: in the case of the letter before, or in
// lower case after a first capital.
func follows(a, b byte, first bool) bool {
	return letter(a) && letter(b) && (a&0x20 == b&0x20 || first && b&0x20 != 0)
}
