package container

// edge is how much of the beginning and the end of a string is passed on with its neighbours, in
// bytes. The rest is only in the string's own text.
const edge = 192

// wire collects the raw answer without the middle of long strings.
type wire struct {
	bytes  []byte
	offset int64
	// shown is how much of the current string was collected, ending its latest bytes.
	shown  int
	ending []byte
}

// add collects text outside of strings.
func (w *wire) add(b []byte, offset int64) {
	if len(b) == 0 {
		return
	}
	if len(w.bytes) == 0 {
		w.offset = offset
	}
	w.bytes = append(w.bytes, b...)
}

// short reports that the next bytes of a string belong to its beginning, so that all are collected.
// The caller adds them with the text around.
func (w *wire) short(n int) bool {
	if n > edge-w.shown {
		return false
	}
	w.shown += n
	return true
}

// inner collects a part of a string.
func (w *wire) inner(b []byte, offset int64) {
	if n := min(len(b), edge-w.shown); n > 0 {
		w.add(b[:n], offset)
		w.shown += n
		b = b[n:]
	}
	if len(b) == 0 {
		return
	}
	w.ending = append(w.ending, b[max(0, len(b)-edge):]...)
	if over := len(w.ending) - edge; over > 0 {
		w.ending = w.ending[:copy(w.ending, w.ending[over:])]
	}
}

// endString collects the end of a string. Its offset is known except for removed zeros, of which
// there are up to three for each byte.
func (w *wire) endString(offset int64) {
	if len(w.ending) > 0 {
		const most = 4
		w.add(w.ending, max(0, offset-most*edge))
		w.offset = min(w.offset, max(0, offset-most*edge))
	}
	w.ending, w.shown = w.ending[:0], 0
}

// flush passes on the collected text.
func (w *wire) flush(text Text) {
	if len(w.bytes) > 0 {
		text(plainPart(PlaceWire, w.bytes, w.offset))
		w.bytes = w.bytes[:0]
	}
}
