package unpack

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"github.com/klauspost/compress/flate"
)

// undecided is the length up to which any run is held, in characters, because the beginning of
// large numbers and of formats without a mark does not show what they are. A longer run, or one of
// opened strings, is held while it begins as text or with a mark. A stream of IDs and random
// padding must not wait for its end.
const undecided = 256

// Pending is the number of last bytes of the text in an open run that may encode something. open
// decides for content that reads as text.
func (c *Collector) Pending(open func(content []byte) bool) int64 {
	most := c.pendingRun()
	for i := range c.lists {
		most = max(most, c.lists[i].pending(open))
	}
	for i := range c.strings {
		most = max(most, c.strings[i].pending(open))
	}
	return most
}

func (c *Collector) pendingRun() int64 {
	w := c.run
	if len(w) < leastRun || c.over || !bytes.ContainsAny(w[:min(len(w), sample)], decimalDigits) || picture(w) {
		return 0
	}
	if !c.told && len(w) <= undecided || c.promising(w) {
		return c.since + int64(c.gap)
	}
	part := w[c.part:]
	if len(part) >= leastRun && c.part > 0 && (len(part) <= undecided || c.promising(part)) {
		return c.since - c.before + int64(c.gap)
	}
	for _, at := range c.lines {
		if c.promising(w[at:]) {
			return c.since + int64(c.gap)
		}
	}
	if c.kind == Word && c.ends.promising(w) {
		return c.since + int64(c.gap)
	}
	return 0
}

// promising reports that a run begins as text or with a mark.
func (c *Collector) promising(w []byte) bool {
	if c.kind == Dense {
		return promises(w, len("<~")+4, adobe85, rfc85.decode, z85.decode)
	}
	return promises(w, 4, into(6, decode64), into(6, decode64URL))
}

// endings are the parts of a run in one alphabet, which are opened separately at its end.
type endings struct {
	// from and to delimit the current part, or the start of the next.
	from, to [4]int
	// holds means that an earlier part may encode something.
	holds bool
}

var (
	endClasses = [4]uint8{decimalClass, hexClass, upperClass, lowerClass}
	// leastOf is the shortest part of each alphabet that is opened.
	leastOf = [4]int{leastNumber, leastHex, leastBase32, leastBase32}
)

// promising reads the new characters, and reports that a part in one alphabet may encode
// something.
func (e *endings) promising(w []byte) bool {
	holds := e.holds
	for i, class := range endClasses {
		e.follow(i, class, w)
		holds = holds || promisesAs(class, w[e.from[i]:max(e.from[i], e.to[i])])
	}
	return holds || e.holds
}

// follow finds the last part in an alphabet that is long enough. It searches backwards, because
// most are shorter.
func (e *endings) follow(i int, class uint8, w []byte) {
	for len(w)-e.from[i] >= leastRun {
		if e.to[i] <= e.from[i] {
			k := e.from[i] + leastRun - 1
			for k >= e.from[i] && classes[w[k]]&class != 0 {
				k--
			}
			if k >= e.from[i] {
				e.from[i] = k + 1
				continue
			}
			e.to[i] = e.from[i] + leastRun
		}
		to := e.to[i]
		for to < len(w) && classes[w[to]]&class != 0 {
			to++
		}
		if e.to[i] = to; to == len(w) {
			return
		}
		e.holds = e.holds || to-e.from[i] >= leastOf[i] && promisesAs(class, w[e.from[i]:to])
		e.from[i] = to + 1
	}
}

// promisesAs reports that a part in an alphabet may encode something.
func promisesAs(class uint8, s []byte) bool {
	switch {
	case class == decimalClass:
		return len(s) >= leastNumber && len(s) <= maxNumber
	case len(s) < leastRun:
		return false
	case class == hexClass:
		return promises(s, 2, into(4, decodeHex))
	}
	return promises(bytes.ToUpper(s[:min(len(s), peek)]), 8, into(5, decoder32(std32)), into(5, decoder32(hex32)), into(5, decoder32(crockford)))
}

// promises reports that the beginning of a run decodes to text or to a mark.
func promises(w []byte, offsets int, decode ...func([]byte) []byte) bool {
	w = w[:min(len(w), peek)]
	for at := range min(offsets, len(w)) {
		for _, d := range decode {
			if out := d(w[at:]); len(out) >= leastContent && (marked(out) || readable(out)) {
				return true
			}
		}
	}
	return false
}

// marked reports that a content begins with a mark. The mark of zlib is short, so the content must
// also decompress to text.
func marked(b []byte) bool {
	if opened(b) == nil {
		return false
	}
	if b[0]&0x0f != 8 || b[0] == pngMark[0] {
		return true
	}
	var out [peek]byte
	r := flate.NewReader(bytes.NewReader(b[2:]))
	n, err := io.ReadFull(r, out[:])
	undecided := errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || err == nil
	return undecided && (n < leastContent || readable(out[:n]))
}

// into returns a decoder of some bits per character that must decode all of its input.
func into(bits int, decode func(out, w []byte) int) func([]byte) []byte {
	return func(w []byte) []byte {
		out := make([]byte, peek)
		if out = out[:decode(out, w)]; len(out) < len(w)*bits/8-5 {
			return nil
		}
		return out
	}
}

// pending is the number of bytes in the list if it is text or has a mark. Other numbers of a
// stream are not held.
func (l *list) pending(open func([]byte) bool) int64 {
	n := len(l.values)
	if n < leastList {
		return 0
	}
	const most = 12 * peek // a multiple of each stride
	holds := l.begins(l.values, open)
	strided(l.all[:min(len(l.all), most)], func(b []byte) { holds = holds || l.begins(b, open) })
	strided(l.all[max(0, len(l.all)-most)/12*12:], func(b []byte) { holds = holds || textual(b) && l.begins(b, open) })
	if !holds {
		return 0
	}
	return l.since
}

func (l *list) begins(b []byte, open func([]byte) bool) bool {
	return opened(b) != nil || textual(b) && !counts(b) && open(b[max(0, len(b)-peek):])
}

// textual reports that some bytes begin as text.
func textual(b []byte) bool {
	return len(b) >= leastContent && readable(b) || !slices.ContainsFunc(b[:min(len(b), leastContent)], func(c byte) bool { return c < ' ' })
}

// counts reports that most numbers are one more than those before.
func counts(b []byte) bool {
	b = b[max(0, len(b)-peek):]
	n := 0
	for i := 1; i < len(b); i++ {
		if b[i] == b[i-1]+1 {
			n++
		}
	}
	return 2*n >= len(b)
}
