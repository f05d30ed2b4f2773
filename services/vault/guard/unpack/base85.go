package unpack

import (
	"bytes"
	"encoding/ascii85"
	"slices"
)

func (o *opener) dense(w []byte) {
	o.assigned(w)
	if len(w) < leastDense || !signs(w) || !worth(w) {
		return
	}
	if i := slices.Index(w, '~'); i > 0 && w[i-1] == '<' { // what Adobe puts before
		w = w[i+1:]
	}
	for at := range min(5, len(w)) {
		for _, decode := range []func([]byte) []byte{adobe85, rfc85.decode, z85.decode} {
			const probe = 40
			head := decode(w[at:min(len(w), at+probe)])
			if len(head) >= leastContent && (opened(head) != nil || readable(head)) {
				o.content(decode(w[at:]), at)
			}
		}
	}
}

// assigned opens the text after an equals sign that looks like an escape of quoted-printable:
// "x=41", "d=789c...". The text without escapes lacks it.
func (o *opener) assigned(w []byte) {
	var list []byte
	for i := bytes.IndexByte(w, '='); i >= 0; i = bytes.IndexByte(w, '=') {
		w = w[i+1:]
		n := 0
		for n < len(w) && wordClass[w[n]] {
			n++
		}
		if n < 2 || hexValue(w[0]) < 0 || hexValue(w[1]) < 0 {
			continue
		}
		if list, _ = decimal(list, w[:n]); n >= leastRun {
			o.word(w[:n])
		}
	}
	if len(list) >= leastList {
		o.content(list, 0)
		strided(list, o.likely)
	}
}

func adobe85(w []byte) []byte {
	out := make([]byte, 4*len(w)+4)
	n, _, _ := ascii85.Decode(out, w, true)
	return out[:n]
}

// signs reports a run with signs that words do not have.
func signs(w []byte) bool {
	n := 0
	for _, b := range w {
		if !wordClass[b] {
			n++
		}
	}
	return n >= 2
}

var rfc85, z85 = values("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"),
	values("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#")

// alphabet gives the value of each character, or -1.
type alphabet [256]int8

func values(alphabet string) (t alphabet) {
	for i := range t {
		t[i] = -1
	}
	for i := range len(alphabet) {
		t[alphabet[i]] = int8(i)
	}
	return t
}

// decode decodes base85 up to the first character outside of the alphabet.
func (a *alphabet) decode(w []byte) []byte {
	out := make([]byte, 0, len(w)*4/5+4)
	for len(w) > 1 {
		v, n := uint64(0), 0
		for i := range 5 {
			d := int8(84)
			if i < len(w) {
				if d = a[w[i]]; d < 0 {
					return out
				}
				n++
			}
			v = v*85 + uint64(d)
		}
		if v > 1<<32-1 {
			return out
		}
		four := [4]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)}
		out = append(out, four[:n-1]...)
		w = w[n:]
	}
	return out
}
