package guard

import "github.com/keyhole-dev/keyhole/services/vault/guard/view"

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
	t.marks = append(t.marks, mark{t.asIs.lanes.Total(), t.plain.lanes.Total(), t.read, t.fed, offset})
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
		first = min(first, t.origin(t.words.Pending(), t.fed, func(m mark) int64 { return m.fed }))
		first = min(first, t.origin(t.dense.Pending(), t.read, func(m mark) int64 { return m.read }))
	}
	waiting := t.waiting()
	if first == len(t.marks) {
		t.marks = t.marks[:copy(t.marks, t.marks[max(0, first-1):])]
		return t.tail, waiting
	}
	t.marks = t.marks[:copy(t.marks, t.marks[first:])]
	if waiting {
		return min(t.tail, t.marks[0].offset), true
	}
	return t.marks[0].offset, true
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

// waiting reports that the escape that is not complete looks like a part of a body.
func (t *text) waiting() bool {
	tail := t.un.Pending()
	if len(tail) == 0 {
		return false
	}
	var norm view.Normaliser
	var buf [128]byte
	return t.in.set.index.Resembles(norm.Append(buf[:0], tail))
}
