package unpack

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"math/big"
)

const (
	leastHex    = 32
	leastBase32 = 26
	leastNumber = 20
	leastBits   = 64
	// maxNumber bounds numbers that are decoded as a whole, in digits, because that takes
	// quadratic time.
	maxNumber = 400
	// offsets bounds the length of runs that may begin inside a group.
	offsets = 4096
)

func (o *opener) word(w []byte) {
	if picture(w) {
		o.base64(w)
		return
	}
	o.segments(w)
	if !worth(w) && !holdsMark(w) {
		return
	}
	o.base64(w)
	if len(w) <= maxNumber {
		if all := shared(w); all&(upperClass|lowerClass) != 0 {
			o.number(w, 36, &digits36)
		}
		o.number(w, 58, &digits58)
		o.number(w, 62, &digits62)
	}
}

// shared has the classes that all characters of a word have.
func shared(w []byte) uint8 {
	all := ^uint8(0)
	for _, b := range w {
		all &= classes[b]
	}
	return all
}

const decimalDigits = "0123456789"

// The alphabets of words.
const (
	bitClass uint8 = 1 << iota
	decimalClass
	hexClass
	lowerClass
	upperClass
)

var classes = func() (t [256]uint8) {
	for class, alphabet := range map[uint8]string{
		bitClass: "01", decimalClass: decimalDigits, hexClass: "0123456789abcdefABCDEF",
		lowerClass: "0123456789abcdefghijklmnopqrstuvwxyz", upperClass: "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
	} {
		for i := range len(alphabet) {
			t[alphabet[i]] |= class
		}
	}
	return t
}()

// segments opens the parts of a word in one alphabet. Other parts may precede and follow without a
// sign.
func (o *opener) segments(w []byte) {
	for s, rest := segment(w, bitClass, leastBits); s != nil; s, rest = segment(rest, bitClass, leastBits) {
		o.bits(s)
	}
	for s, rest := segment(w, decimalClass, leastNumber); s != nil; s, rest = segment(rest, decimalClass, leastNumber) {
		o.number(s, 10, &digits36)
	}
	for s, rest := segment(w, hexClass, leastHex); s != nil; s, rest = segment(rest, hexClass, leastHex) {
		o.hex(s)
	}
	for s, rest := segment(w, upperClass, leastBase32); s != nil; s, rest = segment(rest, upperClass, leastBase32) {
		o.base32(s)
	}
	for s, rest := segment(w, lowerClass, leastBase32); s != nil; s, rest = segment(rest, lowerClass, leastBase32) {
		o.base32(s)
	}
}

// segment returns the first part of a word in an alphabet that is long enough, or nil, and the
// text after it.
func segment(w []byte, class uint8, least int) (s, rest []byte) {
	for i := 0; len(w)-i >= least; {
		k := i + least - 1
		for k >= i && classes[w[k]]&class != 0 {
			k--
		}
		if k >= i {
			i = k + 1 // no segment that is long enough begins before
			continue
		}
		j := i + least
		for j < len(w) && classes[w[j]]&class != 0 {
			j++
		}
		return w[i:j], w[j:]
	}
	return nil, nil
}

func (o *opener) hex(w []byte) {
	for at := range 2 {
		if !o.plausible(w[at:], at, decodeHex) {
			continue
		}
		out := make([]byte, len(w[at:])/2)
		o.content(out[:decodeHex(out, w[at:])], at)
	}
}

func decodeHex(out, w []byte) int {
	n, _ := hex.Decode(out, w[:len(w)/2*2])
	return n
}

// holdsMark reports base64 of content with a mark. Archives begin with many zeros, which do not
// look like an encoding.
func holdsMark(w []byte) bool {
	var head [12]byte
	return len(w) >= 16 && decode64(head[:], w[:16]) == len(head) && opened(head[:]) != nil
}

func (o *opener) bits(w []byte) {
	var out []byte
	for ; len(w) >= 8; w = w[8:] {
		out, _ = octet(out, w[:8])
	}
	o.content(out, 0)
}

func (o *opener) base64(w []byte) {
	e, decode := base64.RawStdEncoding, decode64
	if contains(w, '-', '_') {
		if e, decode = base64.RawURLEncoding, decode64URL; contains(w, '+', '/') {
			w = bytes.ReplaceAll(bytes.ReplaceAll(w, []byte("+"), []byte("-")), []byte("/"), []byte("_"))
		}
	}
	for at := range 4 {
		if at > 0 && len(w) > offsets {
			break
		}
		part := w[at:]
		if len(part)%4 == 1 {
			part = part[:len(part)-1]
		}
		if !o.plausible(part, at, decode) {
			continue
		}
		out := make([]byte, e.DecodedLen(len(part)))
		o.content(out[:decode(out, part)], at)
	}
}

func contains(w []byte, a, b byte) bool {
	return bytes.IndexByte(w, a) >= 0 || bytes.IndexByte(w, b) >= 0
}

func decode64(out, w []byte) int {
	n, _ := base64.RawStdEncoding.Decode(out, w)
	return n
}

func decode64URL(out, w []byte) int {
	n, _ := base64.RawURLEncoding.Decode(out, w)
	return n
}

// plausible decodes both ends of a run. It reports whether the run may be text or have a mark, or
// is worth a trial.
func (o *opener) plausible(w []byte, at int, decode func(out, w []byte) int) bool {
	const few, group = 16, len(o.budget.head) // whole groups in each coding
	if at == 0 && o.octets || o.budget.tries < maxTries {
		return true
	}
	out := o.budget.head[:]
	if !hopeless(out[:decode(out, w[:min(len(w), few)])]) {
		head := out[:decode(out, w[:min(len(w), group)])]
		if len(w) >= group && len(head) < leastContent || len(head) >= leastContent && (opened(head) != nil || readable(head)) {
			return true
		}
	}
	if len(w) <= group {
		return false
	}
	from := len(w)/group*group - group
	return readable(out[:decode(out, w[from:from+group])])
}

// The three alphabets of base32, in capitals.
var std32, hex32, crockford = plain32(base32.StdEncoding), plain32(base32.HexEncoding), plain32(base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))

func plain32(e *base32.Encoding) *base32.Encoding { return e.WithPadding(base32.NoPadding) }

func decoder32(e *base32.Encoding) func(out, w []byte) int {
	return func(out, w []byte) int {
		n, _ := e.Decode(out, w)
		return n
	}
}

func (o *opener) base32(w []byte) {
	if !bytes.ContainsAny(w, decimalDigits) {
		return
	}
	upper := bytes.ToUpper(w)
	for at := range 8 {
		if at > 0 && len(w) > offsets {
			break
		}
		for _, e := range []*base32.Encoding{std32, hex32, crockford} {
			o.decode32(e, upper[at:], at)
		}
	}
}

func (o *opener) decode32(e *base32.Encoding, w []byte, at int) {
	if !o.plausible(w, at, decoder32(e)) {
		return
	}
	out := make([]byte, e.DecodedLen(len(w)))
	n, _ := e.Decode(out, w)
	if n >= len(w)*5/8-5 {
		o.content(out[:n], at)
	}
}

// digitsOf maps each character of a base to big.Int's digit of the same value.
type digitsOf [256]byte

func numerals(alphabet string) (t digitsOf) {
	const ofBigInt = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	for i := range len(alphabet) {
		t[alphabet[i]] = ofBigInt[i]
	}
	return t
}

var (
	digits36 = func() digitsOf {
		t := numerals("0123456789abcdefghijklmnopqrstuvwxyz")
		for b := 'A'; b <= 'Z'; b++ {
			t[b] = t[b|0x20]
		}
		return t
	}()
	digits58 = numerals("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
	digits62 = numerals("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
)

// number decodes a run as one large number.
func (o *opener) number(w []byte, base int, digit *digitsOf) {
	if len(w) > maxNumber {
		return
	}
	var digits [maxNumber]byte
	for i, b := range w {
		if digits[i] = digit[b]; digits[i] == 0 {
			return
		}
	}
	if n, ok := new(big.Int).SetString(string(digits[:len(w)]), base); ok {
		o.content(n.Bytes(), 0)
	}
}
