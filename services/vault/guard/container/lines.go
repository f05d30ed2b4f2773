package container

import "bytes"

// lineWalker reads answers that consist of lines: events of a stream and parts of a multipart
// message.
type lineWalker struct {
	kind  kind
	limit string // the boundary of a multipart message
	text  Text
	wire  *wire
	inner *jsonWalker // of the JSON in events
	// start is the beginning of an unclassified line, from its offset.
	start []byte
	from  int64
	// part identifies the rest of the line: its field, or the header of a part.
	part lineKind
	// header means that the lines are headers of a part, fresh that an event has no data yet, json
	// that its data is JSON.
	header, fresh, json bool
	begun               bool
	// cr means that the last byte was a carriage return.
	cr bool
}

type lineKind int

const (
	lineStart lineKind = iota
	lineOther
	lineData
)

// maxField is the part of a line that classifies it, in bytes.
const maxField = 128

// feed reads more of the answer.
func (l *lineWalker) feed(b []byte, offset int64) {
	if !l.begun {
		l.begun, l.header, l.fresh = true, true, true
	}
	find := lineEnd
	if bytes.IndexByte(b, '\r') < 0 {
		find = feedEnd
	}
	for len(b) > 0 {
		if l.cr && b[0] == '\n' {
			b, offset = b[1:], offset+1
		}
		n := find(b)
		end := n >= 0
		l.cr = end && b[n] == '\r'
		if !end {
			n = len(b)
		}
		l.line(b[:n], offset, end)
		if end {
			n++
		}
		b, offset = b[n:], offset+int64(n)
	}
}

// feedEnd is lineEnd for a text without carriage returns.
func feedEnd(b []byte) int { return bytes.IndexByte(b, '\n') }

func lineEnd(b []byte) int {
	for i, c := range b {
		if c == '\n' || c == '\r' {
			return i
		}
	}
	return -1
}

// line reads a part of a line. end means that it is the last.
func (l *lineWalker) line(b []byte, offset int64, end bool) {
	if l.part == lineStart {
		if len(l.start) == 0 {
			l.from = offset
		}
		l.start = append(l.start, b...)
		if !end && len(l.start) < maxField && !l.known() {
			return
		}
		b, offset = l.classify(end)
	}
	l.rest(b, offset, end)
	if end {
		l.part, l.start = lineStart, l.start[:0]
	}
}

// known reports that the beginning of a line classifies it.
func (l *lineWalker) known() bool {
	colon := bytes.IndexByte(l.start, ':')
	return l.kind == eventKind && colon >= 0 && colon+1 < len(l.start) // and whether a blank follows
}

// classify classifies a line and returns its text.
func (l *lineWalker) classify(end bool) ([]byte, int64) {
	line := l.start
	l.part = lineOther
	if l.kind == multipartKind {
		switch {
		case bytes.HasPrefix(line, []byte(l.limit)):
			l.header = true
		case l.header && end && len(line) == 0:
			l.header = false
		case !l.header:
			l.part = lineData
		}
		return line, l.from
	}
	if end && len(line) == 0 {
		l.event()
		return nil, l.from
	}
	if rest, ok := bytes.CutPrefix(line, []byte("data:")); ok {
		l.part = lineData
		return bytes.TrimPrefix(rest, []byte(" ")), l.from
	}
	return line, l.from
}

// event ends an event.
func (l *lineWalker) event() {
	if l.json {
		l.inner.reset()
	}
	l.fresh, l.json = true, false
}

// rest passes on the text of a line.
func (l *lineWalker) rest(b []byte, offset int64, end bool) {
	switch {
	case len(b) == 0:
	case l.part == lineOther && l.kind == eventKind:
		l.wire.add(b, offset)
		l.text(plainPart(PlaceOutside, b, offset))
	case l.part == lineOther:
		l.text(plainPart(PlaceOutside, b, offset))
	case l.kind == multipartKind:
		l.text(plainPart(placePart, b, offset))
	default:
		if l.fresh { // blanks may stand before a JSON value
			if b = bytes.TrimLeft(b, " \t"); len(b) == 0 {
				return
			}
			l.fresh, l.json = false, b[0] == '{' || b[0] == '['
		}
		if l.json {
			l.inner.feed(b, offset)
		} else {
			l.wire.add(b, offset)
			p := plainPart(placePayload, b, offset)
			p.Last = end
			l.text(p)
		}
	}
	if end && l.kind == multipartKind && l.part == lineData {
		l.text(plainPart(placePart, []byte{'\n'}, offset))
	}
}

// held is the offset of an unclassified line.
func (l *lineWalker) held() (int64, bool) {
	return l.from, l.part == lineStart && len(l.start) > 0
}

// end ends the answer.
func (l *lineWalker) end() {
	if l.begun {
		l.line(nil, l.from, true)
		l.event()
	}
}
