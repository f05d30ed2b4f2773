package lane

import (
	"encoding/ascii85"
	"encoding/binary"
)

const (
	alphabet64    = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	uuAlphabet    = "`!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_"
	alphabet85    = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
	alphabetZ85   = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
	alphabet45    = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	alphabet32    = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	alphabet32Hex = "0123456789ABCDEFGHIJKLMNOPQRSTUV"
	crockford     = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)

func radix64(t text) []text { return t.radix(6, 3, alphabet64) }

func radix32(t text) []text {
	var out []text
	for _, a := range []string{alphabet32, alphabet32Hex, crockford} {
		out = append(out, t.radix(5, 5, a)...)
	}
	return out
}

// radix writes a fixed number of bits as one character, with up to alignments-1 other bytes before
// the text in its group. It leaves out characters that depend on other bytes.
func (t text) radix(bits, alignments int, alphabet string) []text {
	out := make([]text, 0, alignments)
	for shift := range alignments {
		var e text
		start, end := 8*shift, 8*(shift+len(t.chars))
		for at := (start + bits - 1) / bits * bits; at+bits <= end; at += bits {
			e.chars = append(e.chars, alphabet[t.value(at-start, bits)])
			e.at = append(e.at, t.at[(at-start+bits/2)/8])
		}
		out = append(out, e)
	}
	return out
}

// value reads some bits at a bit offset.
func (t text) value(at, bits int) int {
	v := 0
	for i := at; i < at+bits; i++ {
		v = v<<1 | int(t.chars[i/8]>>(7-i%8))&1
	}
	return v
}

// radix85 writes four bytes as five characters in the three common alphabets, with up to three
// other bytes before the text.
func radix85(t text) []text {
	var out []text
	for shift := range 4 {
		var adobe, rfc, z text
		for at := (4 - shift) % 4; at+4 <= len(t.chars); at += 4 {
			group := t.chars[at : at+4]
			var five [5]byte
			if ascii85.Encode(five[:], group) == 5 {
				adobe.group(five, t.at[at:])
			}
			v := binary.BigEndian.Uint32(group)
			var standard, zero [5]byte
			for i := 4; i >= 0; i-- {
				standard[i], zero[i] = alphabet85[v%85], alphabetZ85[v%85]
				v /= 85
			}
			rfc.group(standard, t.at[at:])
			z.group(zero, t.at[at:])
		}
		out = append(out, adobe, rfc, z)
	}
	return out
}

// group appends the five characters of four bytes.
func (t *text) group(five [5]byte, at []int) {
	for i, c := range five {
		t.chars, t.at = append(t.chars, c), append(t.at, at[min(i, 3)])
	}
}

// radix45 writes two bytes as three characters (RFC 9285), with up to one other byte before
// the text.
func radix45(t text) []text {
	var out []text
	for shift := range 2 {
		var e text
		for at := shift; at+2 <= len(t.chars); at += 2 {
			v := int(t.chars[at])<<8 | int(t.chars[at+1])
			for i := range 3 {
				e.chars, e.at = append(e.chars, alphabet45[v%45]), append(e.at, t.at[at+min(i, 1)])
				v /= 45
			}
		}
		out = append(out, e)
	}
	return out
}
