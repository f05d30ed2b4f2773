package guard

import "github.com/keyhole-dev/keyhole/services/vault/guard/view"

// mostStood is the most symbols that one escape represents, as a ligature does.
const mostStood = 8

// maxMarks bounds the list of marks before it is shortened.
const maxMarks = 1024

// mark relates a position of the text to an offset of the answer.
type mark struct {
	asIs, plain, read, fed int64
	offset                 int64
}

// mark records the offset of the next bytes.
func (t *text) mark(offset int64) {
	if len(t.marks) >= maxMarks {
		t.shorten()
	}
	unread := t.unread()
	t.marks = append(t.marks, mark{t.asIs.lanes.Total(), t.plain.lanes.Total() + unread, t.read, t.fed + unread, offset})
}

// unread is how many symbols or bytes of the second view may still come from earlier bytes: those
// in an open escape, and those that its last character represents.
func (t *text) unread() int64 {
	if n := len(t.un.Pending()); n > 0 {
		return int64(n + mostStood)
	}
	return 0
}

// shorten forgets the older half of the marks except the first, so that held text stays held.
func (t *text) shorten() {
	keep := copy(t.marks[1:], t.marks[len(t.marks)/2:])
	t.marks = t.marks[:keep+1]
}

// held is the offset in the answer from which on the text may begin a match. ok is false if there
// is none.
func (t *text) held() (offset int64, ok bool) {
	first := len(t.marks)
	first = min(first, t.origin(int64(t.asIs.lanes.Pending()), t.asIs.lanes.Total(), func(m mark) int64 { return m.asIs }))
	if !t.same {
		first = min(first, t.origin(int64(t.plain.lanes.Pending()), t.plain.lanes.Total(), func(m mark) int64 { return m.plain }))
	}
	if t.words != nil {
		first = min(first, t.origin(t.words.Pending(t.goesOn), t.fed, func(m mark) int64 { return m.fed }))
		first = min(first, t.origin(t.dense.Pending(t.goesOn), t.read, func(m mark) int64 { return m.read }))
	}
	waiting, open := t.waiting()
	if t.same && open > 0 {
		first = min(first, t.origin(int64(t.asIs.lanes.PendingBefore(open)), t.asIs.lanes.Total(), func(m mark) int64 { return m.asIs }))
	}
	if first == len(t.marks) {
		t.forget(first - 1)
		return t.tail, waiting
	}
	offset = t.marks[first].offset
	t.forget(first)
	if waiting {
		offset = min(offset, t.tail)
	}
	return offset, true
}

// forget drops the marks before one, except those that an open escape needs: its characters are
// added to the second view later.
func (t *text) forget(before int) {
	if len(t.un.Pending()) > 0 {
		for before > 0 && t.marks[before].offset > t.tail {
			before--
		}
	}
	t.marks = t.marks[:copy(t.marks, t.marks[max(0, before):])]
}

// origin is the index of the mark before the last pending units of a total. It is the number of
// marks if nothing is pending.
func (t *text) origin(pending, total int64, at func(mark) int64) int {
	i := len(t.marks)
	if pending == 0 {
		return i
	}
	for i--; i > 0 && at(t.marks[i]) > total-pending; i-- {
	}
	return max(0, i)
}

// waiting reports that the incomplete escape, with the symbols before it, resembles a part of a
// body. A match may begin there. open is the number of symbols of the escape in the first view.
func (t *text) waiting() (resembles bool, open int) {
	tail := t.un.Pending()
	if len(tail) == 0 {
		return false, 0
	}
	var norm view.Normaliser
	var buf [128]byte
	open = len(norm.Append(buf[:0], tail))
	before := t.plain.lanes.Short(buf[:0], 0)
	if t.same {
		before = t.asIs.lanes.Short(buf[:0], open)
	}
	norm = view.Normaliser{}
	return holdsRun(tail) || t.in.set.index.Resembles(norm.Append(before, tail)), open
}

// goesOn reports that decoded text may continue as an undecided match.
func (t *text) goesOn(content []byte) bool {
	var norm view.Normaliser
	var buf [128]byte
	return holdsRun(content) || t.in.set.index.Resembles(norm.Append(buf[:0], content))
}

// leastPacked is how many bytes without a blank may begin a run for the decoders. It represents
// less of a secret than is remembered.
const leastPacked = 12

// holdsRun reports that a text contains the beginning of a run for the decoders, which see it when
// the escape is complete.
func holdsRun(text []byte) bool {
	run := 0
	for _, b := range text {
		if run++; b <= ' ' {
			run = 0
		}
		if run >= leastPacked {
			return true
		}
	}
	return false
}
