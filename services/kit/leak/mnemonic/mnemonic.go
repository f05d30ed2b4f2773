// Package mnemonic finds the seed phrases of wallets (BIP 39) in a text: 12 to 24 words of one
// list, with a checksum.
//
// english.txt is the list of BIP 39 (MIT), unchanged.
package mnemonic

import (
	"crypto/sha256"
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed english.txt
var english string

// numbers are the positions of the words in the list, made at the first search.
var numbers = sync.OnceValue(func() map[string]int {
	m := make(map[string]int, 1<<wordBits)
	for i, w := range strings.Fields(english) {
		m[w] = i
	}
	return m
})

const (
	// wordBits is the number of bits that a word stands for.
	wordBits = 11
	// shortest and longest are the lengths of phrases, in words. They are multiples of step.
	shortest, longest, step = 12, 24, 3
)

// Find reports whether a text holds a phrase. Signs, numbers and line ends may stand between
// its words.
func Find(text string) bool {
	var run []int
	for w := range strings.FieldsFuncSeq(text, func(r rune) bool { return !isLetter(r) }) {
		n, ok := number(w)
		if !ok {
			run = run[:0]
			continue
		}
		if run = append(run, n); len(run) > longest {
			run = run[1:]
		}
		for n := shortest; n <= len(run); n += step {
			if checks(run[len(run)-n:]) {
				return true
			}
		}
	}
	return false
}

func isLetter(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }

func number(word string) (int, bool) {
	const most = 8 // letters of the longest word
	if len(word) > most {
		return 0, false
	}
	n, ok := numbers()[strings.ToLower(word)]
	return n, ok
}

// checks reports whether the last bits of a phrase are the checksum of the bits before them.
// One bit in 33 belongs to the checksum.
func checks(phrase []int) bool {
	bits := make([]byte, 0, len(phrase)*wordBits)
	for _, n := range phrase {
		for i := wordBits - 1; i >= 0; i-- {
			bits = append(bits, byte(n>>i&1))
		}
	}
	entropy := len(bits) * 32 / 33
	sum := sha256.Sum256(pack(bits[:entropy]))
	return slices.Equal(bits[entropy:], unpack(sum[0])[:len(bits)-entropy])
}

func pack(bits []byte) []byte {
	out := make([]byte, len(bits)/8)
	for i, b := range bits {
		out[i/8] = out[i/8]<<1 | b
	}
	return out
}

func unpack(b byte) []byte {
	out := make([]byte, 8)
	for i := range out {
		out[i] = b >> (7 - i) & 1
	}
	return out
}
