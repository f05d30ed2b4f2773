package guard

import (
	"math"

	"github.com/keyhole-dev/keyhole/services/vault/guard/lane"
	"github.com/keyhole-dev/keyhole/services/vault/guard/unpack"
	"github.com/keyhole-dev/keyhole/services/vault/guard/view"
)

// text is one text that a reader sees: the raw answer, or one field over all events. It is
// searched in two views, raw and without escapes, and the second view is also decoded.
type text struct {
	in    *inspection
	asIs  lens
	plain lens // without escapes
	un    view.Unescaper
	// same means that no escape occurred recently, so that both views are equal. recent is the end
	// of the text, from which the second view continues.
	same   bool
	recent []byte
	quiet  int
	// words and dense collect runs for the decoders; nil means no decoding. read and fed count
	// their input: dense gets the raw text, because its signs include those of escapes.
	words, dense *unpack.Collector
	read, fed    int64
	// depth is the number of decodings that led to the text.
	depth int
	marks []mark
	// tail is the offset in the answer of the incomplete escape.
	tail int64
	out  []byte
	// bare texts are only decoded, because the raw answer contains them.
	bare bool
	// found, decode and inside are the methods take, open and nested.
	found  func(lane.Piece, bool)
	decode func(unpack.Run)
	inside func(content []byte, binary bool)
}

// lens is a view of a text and its search.
type lens struct {
	norm  view.Normaliser
	lanes *lane.Scanner
}

func (l *lens) reset() {
	l.norm.Reset()
	l.lanes.Reset()
}

const (
	// contextBytes is how much text is kept for the second view to continue from. quietBytes is
	// how much text without an escape ends the second view.
	contextBytes = 512
	quietBytes   = 1024
)

func newText(in *inspection, depth int, decode bool) *text {
	t := &text{in: in, depth: depth, same: true}
	t.asIs.lanes, t.plain.lanes = lane.NewScanner(in.set.index), lane.NewScanner(in.set.index)
	if decode {
		t.words, t.dense = unpack.NewCollector(), unpack.NewDenseCollector()
	}
	t.found, t.decode, t.inside = t.take, t.open, t.nested
	if depth < maxDepth {
		t.un.Tag = func(content []byte) { t.in.whole(content, maxDepth) }
	}
	return t
}

// reset starts another text.
func (t *text) reset() {
	t.asIs.reset()
	t.plain.reset()
	t.un.Reset()
	if t.words != nil {
		t.words.Reset()
		t.dense.Reset()
	}
	t.same, t.recent, t.quiet, t.marks = true, t.recent[:0], 0, t.marks[:0]
	t.read, t.fed = 0, 0
}

// feed reads more of the text, from an offset of the answer.
func (t *text) feed(b []byte, offset int64) {
	if len(b) == 0 || t.in.over() {
		return
	}
	t.mark(offset)
	if t.depth == 0 && t.words != nil {
		t.in.budget.Read += int64(len(b))
	}
	if t.bare {
		t.words.Feed(b, t.decode)
		t.fed += int64(len(b))
		return
	}
	t.look(&t.asIs, b)
	if t.dense != nil {
		t.dense.Feed(b, t.decode)
	}
	t.read += int64(len(b))
	if len(t.un.Pending()) == 0 {
		t.tail = offset
	}
	n := t.un.Unchanged(b)
	if n == len(b) {
		t.unescaped(b, false)
		return
	}
	out, changed := t.un.Append(append(t.out[:0], b[:n]...), b[n:])
	t.out = out
	t.unescaped(out, changed)
}

// stringEnd says that another string follows. A run for the decoders may begin or end here.
func (t *text) stringEnd() {
	if t.words != nil && !t.in.over() {
		t.words.Break(t.decode)
		t.dense.Break(t.decode)
	}
}

// end ends the text.
func (t *text) end() {
	if t.in.over() {
		return
	}
	out, changed := t.un.Flush(t.out[:0])
	t.out = out
	t.unescaped(out, changed)
	t.asIs.lanes.End(t.found)
	t.plain.lanes.End(t.found)
	if t.words != nil {
		t.words.End(t.decode)
		t.dense.End(t.decode)
	}
}

// unescaped reads more of the second view.
func (t *text) unescaped(out []byte, changed bool) {
	if t.words != nil && len(out) > 0 {
		t.words.Feed(out, t.decode)
		t.fed += int64(len(out))
	}
	if changed && t.same {
		t.diverge()
	}
	if changed {
		t.quiet = 0
	} else {
		t.quiet += len(out)
	}
	if t.same {
		t.keep(out)
		return
	}
	t.look(&t.plain, out)
	t.keep(out)
	if t.quiet >= quietBytes && len(t.un.Pending()) == 0 && !t.plain.lanes.Live() {
		t.same = true
	}
}

// diverge starts the second view from the text that it shares with the first.
func (t *text) diverge() {
	t.same = false
	t.plain.reset()
	t.look(&t.plain, t.recent)
	// The marks of the symbols in the second view are unknown. The first mark represents all of
	// them, so that pending symbols are held from there.
	for i := range t.marks {
		t.marks[i].plain = math.MaxInt64
	}
	if len(t.marks) > 0 {
		t.marks[0].plain = 0
	}
}

// keep keeps the end of the second view.
func (t *text) keep(out []byte) {
	if len(out) >= contextBytes {
		t.recent = append(t.recent[:0], out[len(out)-contextBytes:]...)
		return
	}
	if len(t.recent) > 2*contextBytes {
		t.recent = t.recent[:copy(t.recent, t.recent[len(t.recent)-contextBytes:])]
	}
	t.recent = append(t.recent, out...)
}

func (t *text) look(l *lens, b []byte) {
	l.lanes.Feed(&l.norm, b, t.found)
}

func (t *text) take(p lane.Piece, final bool) { t.in.take(p, final, t.depth > 0) }

// open decodes a run.
func (t *text) open(r unpack.Run) {
	unpack.Open(r, &t.in.budget, t.inside)
}

func (t *text) nested(content []byte, binary bool) { t.in.nested(content, binary, t.depth+1) }
