package unpack

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"slices"
)

const (
	leastHex    = 32
	leastBase32 = 26
	leastDense  = 20
	leastNumber = 20
	leastBits   = 64
	// maxNumber bounds numbers that are decoded as a whole, in digits: that takes
	// quadratic time.
	maxNumber = 400
	// offsets bounds the length up to which a run may begin within a group.
	offsets = 4096
)

// Open gives what a run stands for to emit, if it may be text. binary says that it
// is none, and may be only for those who look for octets.
func Open(r Run, b *Budget, emit func(content []byte, binary bool)) {
	o := opener{budget: b, emit: emit, octets: b.Octets}
	if len(r.Text) < leastRun && r.Kind != Numbers {
		return
	}
	switch r.Kind {
	case Packed:
		o.content(r.Text, 0)
	case Numbers:
		o.content(slices.Clone(r.Text), 0)
	case Dense:
		o.dense(r.Text)
	default:
		o.word(r.Text)
	}
}

type opener struct {
	budget *Budget
	octets bool
	emit   func([]byte, bool)
}

func (o *opener) word(w []byte) {
	if picture(w) {
		o.base64(w)
		return
	}
	segments(w, bitDigits, leastBits, o.bits)
	segments(w, decimalDigits, leastNumber, func(s []byte) { o.number(s, decimalDigits) })
	segments(w, hexDigits, leastHex, o.hex)
	segments(w, upperDigits, leastBase32, o.base32)
	segments(w, lowerDigits, leastBase32, o.base32)
	if !worth(w) {
		return
	}
	o.base64(w)
	if len(w) <= maxNumber {
		if !bytes.ContainsAny(w, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") || !bytes.ContainsAny(w, "abcdefghijklmnopqrstuvwxyz") {
			o.number(bytes.ToLower(w), lowerDigits)
		}
		o.number(w, base58)
		o.number(w, base62)
	}
}

const (
	bitDigits     = "01"
	decimalDigits = "0123456789"
	hexDigits     = "0123456789abcdefABCDEF"
	lowerDigits   = "0123456789abcdefghijklmnopqrstuvwxyz"
	upperDigits   = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	base58        = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	base62        = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// segments gives the parts of a word that are of an alphabet, and long enough, to open:
// others may be written before and after without a sign.
func segments(w []byte, alphabet string, least int, open func([]byte)) {
	var in [256]bool
	for i := range len(alphabet) {
		in[alphabet[i]] = true
	}
	for i := 0; i < len(w); {
		if next := i + least - 1; next < len(w) && !in[w[next]] {
			i = next + 1 // no segment that is long enough begins before
			continue
		}
		j := i
		for j < len(w) && in[w[j]] {
			j++
		}
		if j-i >= least {
			open(w[i:j])
		}
		i = j + 1
	}
}

func (o *opener) hex(w []byte) {
	for at := range 2 {
		out := make([]byte, len(w[at:])/2)
		_, _ = hex.Decode(out, w[at:at+len(out)*2])
		o.content(out, at)
	}
}

// worth reports that a run may be code: it has digits, and changes the class of its
// characters at every fifth or sooner. Names in programs do not.
func worth(w []byte) bool {
	w = w[:min(len(w), sample)]
	digits, changes, last := 0, 0, -1
	for _, b := range w {
		class := 3
		switch {
		case digit(b):
			class = 0
			digits++
		case b >= 'a' && b <= 'z':
			class = 1
		case b >= 'A' && b <= 'Z':
			class = 2
		}
		if class != last {
			changes++
		}
		last = class
	}
	return digits > 0 && changes*5 >= len(w) || digits == len(w)
}

func (o *opener) bits(w []byte) {
	var out []byte
	for ; len(w) >= 8; w = w[8:] {
		v, _ := octet(w[:8])
		out = append(out, v[0])
	}
	o.content(out, 0)
}

func (o *opener) base64(w []byte) {
	std := w
	if bytes.ContainsAny(w, "-_") {
		std = bytes.ReplaceAll(bytes.ReplaceAll(w, []byte("-"), []byte("+")), []byte("_"), []byte("/"))
	}
	for at := range 4 {
		if at > 0 && len(w) > offsets {
			break
		}
		part := std[at:]
		if len(part)%4 == 1 {
			part = part[:len(part)-1]
		}
		if !o.plausible(part, at, decode64) {
			continue
		}
		out := make([]byte, base64.RawStdEncoding.DecodedLen(len(part)))
		o.content(out[:decode64(out, part)], at)
	}
}

func decode64(out, w []byte) int {
	n, _ := base64.RawStdEncoding.Decode(out, w)
	return n
}

// plausible decodes the two ends of a run, and reports whether it may be text or
// something with a mark, or is worth a trial. Most runs stand for nothing.
func (o *opener) plausible(w []byte, at int, decode func(out, w []byte) int) bool {
	const group = 40 // whole groups in each coding
	var out [group]byte
	if len(w) < group || at == 0 && o.octets || o.budget.tries < maxTries {
		return true
	}
	head := out[:decode(out[:], w[:group])]
	if len(head) < leastContent || opened(head) != nil || readable(head) {
		return true
	}
	from := len(w)/group*group - group
	return readable(out[:decode(out[:], w[from:from+group])])
}

var crockford = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz")

func (o *opener) base32(w []byte) {
	if !bytes.ContainsAny(w, decimalDigits) {
		return
	}
	small, upper := bytes.ToLower(w), bytes.ToUpper(w)
	for at := range 8 {
		if at > 0 && len(w) > offsets {
			break
		}
		o.decode32(base32.StdEncoding, upper[at:], at)
		o.decode32(base32.HexEncoding, upper[at:], at)
		o.decode32(crockford, small[at:], at)
	}
}

func (o *opener) decode32(e *base32.Encoding, w []byte, at int) {
	e = e.WithPadding(base32.NoPadding)
	out := make([]byte, e.DecodedLen(len(w)))
	n, _ := e.Decode(out, w)
	if n >= len(w)*5/8-5 {
		o.content(out[:n], at)
	}
}

// number decodes a run as one large number.
func (o *opener) number(w []byte, alphabet string) {
	if len(w) > maxNumber {
		return
	}
	var digit [256]byte
	for i := range len(alphabet) {
		digit[alphabet[i]] = bigDigits[i]
	}
	digits := make([]byte, len(w))
	for i, b := range w {
		if digits[i] = digit[b]; digits[i] == 0 {
			return
		}
	}
	if n, ok := new(big.Int).SetString(string(digits), len(alphabet)); ok {
		o.content(n.Bytes(), 0)
	}
}

// bigDigits are the digits of big.Int.
const bigDigits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
