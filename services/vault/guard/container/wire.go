package container

// edge is how much of a string's beginning and end is also given on as it came, next to
// the strings beside it, in bytes. What is between is looked at as the string's own text.
const edge = 192

// wire collects the answer as it came, but for the middle of long strings.
type wire struct {
	bytes  []byte
	offset int64
	// shown is how much of the string under way was collected, and ending what came last.
	shown  int
	ending []byte
}

// add takes what stands outside of strings.
func (w *wire) add(b []byte, offset int64) {
	if len(w.bytes) == 0 {
		w.offset = offset
	}
	w.bytes = append(w.bytes, b...)
}

// inner takes a part of a string.
func (w *wire) inner(b []byte, offset int64) {
	if n := min(len(b), edge-w.shown); n > 0 {
		w.add(b[:n], offset)
		w.shown += n
		b = b[n:]
	}
	w.ending = append(w.ending, b[max(0, len(b)-edge):]...)
	if over := len(w.ending) - edge; over > 0 {
		w.ending = w.ending[:copy(w.ending, w.ending[over:])]
	}
}

// endString collects the end of a string. Where in the answer that began is known but for
// the zeros that were left out, up to three for each byte.
func (w *wire) endString(offset int64) {
	if len(w.ending) > 0 {
		const most = 4
		w.add(w.ending, max(0, offset-most*edge))
		w.offset = min(w.offset, max(0, offset-most*edge))
	}
	w.ending, w.shown = w.ending[:0], 0
}

// flush gives on what was collected.
func (w *wire) flush(text Text) {
	if len(w.bytes) > 0 {
		text(plainPart(PlaceWire, w.bytes, w.offset))
		w.bytes = w.bytes[:0]
	}
}
