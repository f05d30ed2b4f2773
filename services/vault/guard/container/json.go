package container

// feed reads more of the JSON.
func (j *jsonWalker) feed(b []byte, offset int64) {
	wired := 0 // bytes of b that the wire has
	for at := 0; at < len(b); {
		j.offset = offset + int64(at)
		var n int
		if j.inString {
			if n = j.string(b[at:]); !j.wire.short(n) {
				j.wire.add(b[wired:at], offset+int64(wired))
				j.wire.inner(b[at:at+n], j.offset)
				wired = at + n
			}
			if !j.inString {
				j.wire.endString(j.offset)
			}
		} else {
			n = j.structure(b[at:])
		}
		at += n
		if len(j.arena)+len(j.outside) >= j.most() || len(j.pieces) >= maxPieces {
			j.flush()
		}
	}
	j.wire.add(b[wired:], offset+int64(wired))
}

// structure reads the text outside of strings, and returns the number of bytes.
func (j *jsonWalker) structure(b []byte) int {
	j.begin()
	for i, c := range b {
		switch c {
		case '"':
			j.note(b[:i])
			j.open()
			return i + 1
		case '\n':
			if j.strings && len(j.arena) > 0 {
				j.flush()
				return i + 1
			}
		case '{', '[':
			j.push(c == '{')
		case '}', ']':
			j.endNumber()
			j.pop()
			if j.complete() {
				j.note(b[:i+1])
				j.flush()
				return i + 1
			}
		case ',':
			j.endNumber()
			if n := j.top(); n != nil {
				n.expect = n.object
			}
		case ':':
			if n := j.top(); n != nil {
				n.expect = false
			}
		default:
			if n := j.top(); n != nil && n.isIndex && c > ' ' && len(j.number) < 20 {
				j.number = append(j.number, c)
			}
		}
	}
	j.note(b)
	if len(j.stack) == 0 {
		j.flush() // between two values nothing waits
	}
	return len(b)
}

// note collects text outside of strings.
func (j *jsonWalker) note(b []byte) {
	if !j.strings {
		j.outside = append(j.outside, b...)
	}
}

// complete reports the end of a value after which nothing waits: an outermost value, or an element
// of an outermost array, which some providers stream.
func (j *jsonWalker) complete() bool {
	n := len(j.stack)
	return n == 0 || n == 1 && len(j.deep) == 0 && !j.top().object && len(j.arena) > 0
}

// held is the offset of the collected text.
func (j *jsonWalker) held() (int64, bool) {
	return j.first, len(j.arena)+len(j.outside) > 0 || j.inString
}

// reset forgets open objects before the next value.
func (j *jsonWalker) reset() {
	if j.inString {
		j.inString = false
		j.cut(true)
		j.wire.endString(j.offset)
	}
	j.stack, j.deep = j.stack[:0], j.deep[:0]
	j.flush()
}
