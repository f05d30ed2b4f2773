package guard

import (
	"github.com/keyhole-dev/keyhole/services/vault/guard/lane"
	"github.com/keyhole-dev/keyhole/services/vault/guard/letters"
	"github.com/keyhole-dev/keyhole/services/vault/guard/view"
)

const (
	// leastWord is the shortest run of letters that is taken for a word.
	leastWord = 4
	// lettersRate is what a letter of words is worth at most, in bits: short ones seem
	// to be worth more than the text that they stand in.
	lettersRate = 5.4
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
	chars, worth := words(body)
	return 2*chars >= len(body) && worth < lettersRate*float64(chars)
}

// words counts the characters that are in words, and what they are worth in bits.
func words(body []byte) (chars int, worth float64) {
	for i := 0; i < len(body); {
		j := i + 1
		for j < len(body) && follows(body[j-1], body[j], j-1 == i) {
			j++
		}
		if letter(body[i]) && j-i >= leastWord {
			var norm view.Normaliser
			chars += j - i
			for _, c := range letters.Cost(norm.Append(nil, body[i:j])) {
				worth += float64(c)
			}
		}
		i = j
	}
	return chars, worth
}

func letter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// follows reports that b goes on with a word: in the case of the letter before, or in
// lower case after a first capital.
func follows(a, b byte, first bool) bool {
	return letter(a) && letter(b) && (a&0x20 == b&0x20 || first && b&0x20 != 0)
}
