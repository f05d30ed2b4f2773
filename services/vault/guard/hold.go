package guard

import "github.com/keyhole-dev/keyhole/services/vault/guard/view"

// mostStood is how many symbols one escape may stand for: those of a ligature.
const mostStood = 8

// maxMarks bounds the list of marks before it is shortened.
const maxMarks = 1024

// mark says where in the answer a place of the text came from.
type mark struct {
	asIs, plain, read, fed int64
	offset                 int64
}

// mark notes where the next bytes come from.
func (t *text) mark(offset int64) {
	if len(t.marks) >= maxMarks {
		t.shorten()
	}
	unread := t.unread()
	t.marks = append(t.marks, mark{t.asIs.lanes.Total(), t.plain.lanes.Total() + unread, t.read, t.fed + unread, offset})
}

// unread is how many symbols, or bytes, of the second view may still come from before
// the next bytes: what an open escape holds back, and what its last character stands for.
func (t *text) unread() int64 {
	if n := len(t.un.Pending()); n > 0 {
		return int64(n + mostStood)
	}
	return 0
}

// shorten forgets the older half of the marks but for the first: what has been held
// back from there on stays held.
func (t *text) shorten() {
	keep := copy(t.marks[1:], t.marks[len(t.marks)/2:])
	t.marks = t.marks[:keep+1]
}

// held is the offset in the answer from which on the text may be the beginning of
// something; ok is false when there is none.
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

// forget drops the marks before one, but for those that an open escape needs: what it
// stands for is added to the second view later, and came from where it began.
func (t *text) forget(before int) {
	if len(t.un.Pending()) > 0 {
		for before > 0 && t.marks[before].offset > t.tail {
			before--
		}
	}
	t.marks = t.marks[:copy(t.marks, t.marks[max(0, before):])]
}

// origin is the mark before which the last units of the text, of some total, came;
// the number of marks where there is nothing pending.
func (t *text) origin(pending, total int64, at func(mark) int64) int {
	i := len(t.marks)
	if pending == 0 {
		return i
	}
	for i--; i > 0 && at(t.marks[i]) > total-pending; i-- {
	}
	return max(0, i)
}

// waiting reports that the escape that is not complete looks like a part of a body, with
// the symbols before it: a run may begin there that is too short to be held back alone.
// open is how many symbols of the first view the escape is, as it stands.
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

// goesOn reports that what decoded to text may go on to something that is not decided yet.
func (t *text) goesOn(content []byte) bool {
	var norm view.Normaliser
	var buf [128]byte
	return holdsRun(content) || t.in.set.index.Resembles(norm.Append(buf[:0], content))
}

// leastPacked is how many bytes without a blank may be the beginning of a run that the
// decoders take. It stands for less of a secret than is remembered.
const leastPacked = 12

// holdsRun reports that a text holds the beginning of a run that the decoders take. They
// see it when the escape is complete.
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
