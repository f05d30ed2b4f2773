package container

import (
	"bytes"
	"mime"
)

// Walker reads one answer in pieces of any size.
type Walker struct {
	text Text
	kind kind
	mime kind
	// head is the beginning of an answer of unknown kind.
	head  []byte
	first int64
	wire  wire
	json  jsonWalker
	lines lineWalker
	form  formWalker
	// inner means that JSON began inside plain text.
	inner bool
}

// headLength is the length of the beginning that determines the kind, in bytes.
const headLength = 8

// New returns a walker for an answer of a content type.
func New(contentType string, text Text) *Walker {
	w := &Walker{text: text}
	w.json.text, w.json.wire, w.form.text = text, &w.wire, text
	w.lines = lineWalker{text: text, wire: &w.wire, inner: &w.json}
	name, params, err := mime.ParseMediaType(contentType)
	switch {
	case err != nil:
	case name == "application/x-www-form-urlencoded":
		w.mime = formKind
	case len(name) > 10 && name[:10] == "multipart/" && params["boundary"] != "":
		w.mime, w.lines.limit = multipartKind, "--"+params["boundary"]
	case name == "text/event-stream":
		w.mime = eventKind
	}
	return w
}

// Feed reads more of the answer.
func (w *Walker) Feed(b []byte, offset int64) {
	if bytes.IndexByte(b, 0) >= 0 { // UTF-16 and UTF-32 read like ASCII without
		if b = bytes.ReplaceAll(b, []byte{0}, nil); len(b) == 0 {
			return
		}
	}
	if w.kind == unknown {
		if len(w.head) == 0 {
			w.first = offset
		}
		if w.head = append(w.head, b...); len(w.head) > chunkLimit && len(bytes.TrimLeft(w.head, space)) == 0 {
			w.head = w.head[:0]
			return
		}
		if w.kind = w.sniff(); w.kind == unknown {
			return
		}
		b, offset, w.head = w.head, w.first, nil
	}
	w.walk(b, offset)
}

func (w *Walker) walk(b []byte, offset int64) {
	w.lines.kind = w.kind
	switch w.kind {
	case plain:
		w.text(plainPart(PlacePlain, b, offset))
		w.inside(b, offset)
	case jsonKind:
		w.json.feed(b, offset)
		w.wire.flush(w.text)
	case eventKind:
		w.lines.feed(b, offset)
		w.wire.flush(w.text)
	case multipartKind:
		w.text(plainPart(PlaceWire, b, offset))
		w.lines.feed(b, offset)
		w.inside(b, offset)
	case formKind:
		w.text(plainPart(PlaceWire, b, offset))
		w.form.feed(b, offset)
		w.inside(b, offset)
	}
}

// inside reads the JSON in an answer that does not begin with JSON. Readers of events skip the
// lines before it and ignore the content type.
func (w *Walker) inside(b []byte, offset int64) {
	if !w.inner {
		i := bytes.IndexByte(b, '{')
		if i < 0 {
			return
		}
		w.inner, w.json.strings, b, offset = true, true, b[i:], offset+int64(i)
	}
	w.json.feed(b, offset)
	w.wire.bytes = w.wire.bytes[:0] // it was searched as one text
}

// End ends the answer.
func (w *Walker) End() {
	if w.kind == unknown {
		w.kind = w.guess(bytes.TrimLeft(w.head, space))
		w.walk(w.head, w.first)
	}
	w.lines.end()
	w.json.flush()
	w.json.wire.endString(w.json.offset)
	w.wire.flush(w.text)
	w.form.end()
}

// Held is the offset from which on Text has not received the answer yet.
func (w *Walker) Held() (int64, bool) {
	if w.kind == unknown && len(w.head) > 0 {
		return w.first, true
	}
	if from, ok := w.lines.held(); ok {
		return from, true
	}
	return w.json.held()
}

const space = "\ufeff \t\r\n"

// sniff determines the kind from the beginning. Readers that expect JSON or events ignore the
// content type, so it does too.
func (w *Walker) sniff() kind {
	head := bytes.TrimLeft(w.head, space)
	if len(head) < headLength && (len(head) == 0 || len(w.head) < chunkLimit) {
		return unknown
	}
	return w.guess(head)
}

// chunkLimit bounds the blanks at the beginning of an answer, in bytes.
const chunkLimit = 4096

func (w *Walker) guess(head []byte) kind {
	if len(head) > 1 && (head[0] == 0xff && head[1] == 0xfe || head[0] == 0xfe && head[1] == 0xff) { // marks of UTF-16
		head = bytes.TrimLeft(head[2:], space)
	}
	switch {
	case len(head) == 0:
	case head[0] == '{' || head[0] == '[' || head[0] == '"':
		return jsonKind
	case field(head, "data:") || field(head, "event:") || field(head, "id:") || field(head, "retry:") || field(head, ":"):
		return eventKind
	}
	if w.mime == unknown {
		return plain
	}
	return w.mime
}

func field(head []byte, name string) bool { return bytes.HasPrefix(head, []byte(name)) }
