package unpack

import "strconv"

const (
	// leastList is the shortest list of numbers that is decoded, maxList bounds it.
	leastList = 8
	maxList   = 1 << 16
)

// list is a list of numbers that is under way: bytes, each written as a word of its own.
type list struct {
	// read is what a word stands for.
	read func(word []byte) (values []byte, ok bool)
	// gap is the most characters between two numbers.
	gap    int
	values []byte
	// quiet counts the characters since the last number, and since those since the first.
	quiet int
	since int64
}

func (l *list) clear() { l.values, l.quiet, l.since = l.values[:0], 0, 0 }

// pass takes characters that are no word.
func (l *list) pass(n int, out func(Run)) {
	if len(l.values) == 0 {
		return
	}
	l.since += int64(n)
	if l.quiet += n; l.quiet > l.gap {
		l.end(out)
	}
}

// word takes a word: a number, or something between two.
func (l *list) word(w []byte, out func(Run)) {
	if l.read == nil {
		return
	}
	values, ok := l.read(w)
	if !ok || len(l.values) >= maxList {
		if l.pass(len(w), out); digit(w[0]) {
			l.end(out) // a number that is no byte
		}
		return
	}
	l.values = append(l.values, values...)
	l.quiet = 0
	l.since += int64(len(w))
}

// end ends the list.
func (l *list) end(out func(Run)) {
	if len(l.values) >= leastList {
		out(Run{Numbers, l.values})
	}
	l.clear()
}

func digit(b byte) bool { return b >= '0' && b <= '9' }

// decimal reads "115", also as "115-107-" with signs that words have.
func decimal(w []byte) ([]byte, bool) {
	var out []byte
	n, digits := 0, 0
	for i := range len(w) + 1 {
		if i < len(w) && digit(w[i]) {
			n, digits = n*10+int(w[i]-'0'), digits+1
			if digits > 3 || n > 255 {
				return nil, false
			}
			continue
		}
		if i < len(w) && w[i] != '-' && w[i] != '_' && w[i] != '+' && w[i] != '/' {
			return nil, false
		}
		if digits > 0 {
			out = append(out, byte(n))
		}
		n, digits = 0, 0
	}
	return out, len(out) > 0
}

// hexPair reads "73", "0x73" and "73-6b-".
func hexPair(w []byte) ([]byte, bool) {
	if len(w) >= 4 && w[0] == '0' && w[1]|0x20 == 'x' {
		w = w[2:]
	}
	var out []byte
	for len(w) > 0 {
		if len(w) < 2 || len(w) > 2 && w[2] != '-' && w[2] != '_' {
			return nil, false
		}
		v, err := strconv.ParseUint(string(w[:2]), 16, 8)
		if err != nil {
			return nil, false
		}
		out = append(out, byte(v))
		w = w[min(len(w), 3):]
	}
	return out, true
}

// octet reads "01110011".
func octet(w []byte) ([]byte, bool) {
	if len(w) != 8 {
		return nil, false
	}
	v, err := strconv.ParseUint(string(w), 2, 8)
	return []byte{byte(v)}, err == nil
}
