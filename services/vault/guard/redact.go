package guard

import "bytes"

// mark stands where a secret was.
const mark = "[redacted]"

// Redact returns b with every secret replaced, for text that must pass: a log line,
// an error text, a value that a run sends out. It takes too much rather than too
// little: the whole word that a match is in goes, and when what is left would still
// be cut in a stream (a secret that is spaced out, for one), all of it. b is not
// changed, and returned as it is when there is nothing in it.
func (s *Set) Redact(b []byte) []byte {
	if !s.Check(b) {
		return b
	}
	var out []byte
	done := 0
	for done < len(b) {
		from, to := s.a.find(b, done)
		if from == to {
			break
		}
		for to < len(b) && !endsWord(b[to]) {
			to++
		}
		out = append(append(out, b[done:from]...), mark...)
		done = to
	}
	out = append(out, b[done:]...)
	if s.Check(out) {
		return []byte(mark)
	}
	return out
}

// find returns the first match from an offset on, or an empty range. Its end is
// exact. Its beginning is the earliest that is possible.
func (a *automaton) find(b []byte, offset int) (from, to int) {
	state, start := uint32(0), offset
	for i := offset; i < len(b); i++ {
		if state == 0 {
			start = i
		}
		held := a.hold(state) + 1
		if state = a.table[state+uint32(a.class[b[i]])]; state == a.hitState() {
			return max(start, i+1-held), i + 1
		}
	}
	return 0, 0
}

// endsWord tells where the rest of a secret ends whose beginning matched. The signs
// of escapes (& ; \ %) and of encodings (+ / = - _ .) do not.
func endsWord(c byte) bool { return bytes.IndexByte([]byte(" \t\r\n\"'<>(){}[],|`"), c) >= 0 }
