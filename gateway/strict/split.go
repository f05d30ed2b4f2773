package strict

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"sort"

	"github.com/go-json-experiment/json/jsontext"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// split is a body without the values that stay JSON. protojson decodes the rest, in which a
// placeholder stands for each value. The values are not copied, because a picture has many
// megabytes.
type split struct {
	raw, rest []byte
	cuts      []cut
	// whole makes the placeholder the value itself in base64. The generated code of a
	// PATCH needs that: it reads only the rest, twice, and looks for names in it.
	whole bool
}

// cut is a value that was taken out: its place in the body, and the end of its
// placeholder in the rest.
type cut struct{ start, end, restEnd int }

// splitBody takes the values out of a body that is a message d. It checks that the whole
// body is JSON in UTF-8 and that no object has a key twice.
func splitBody(raw []byte, d protoreflect.MessageDescriptor, whole bool) (*split, error) {
	s := &splitter{split: &split{raw: raw, whole: whole}, decoder: jsontext.NewDecoder(bytes.NewBuffer(raw))}
	err := s.value(d)
	if err == nil {
		_, err = s.decoder.ReadToken() // nothing may follow
	}
	if !errors.Is(err, io.EOF) {
		return nil, s.located(err)
	}
	s.rest = append(s.rest, raw[s.taken():]...)
	return s.split, nil
}

type splitter struct {
	*split
	decoder *jsontext.Decoder
}

var errMore = errors.New("text after the end of the body")

// located adds the position to an error that has none.
func (s *splitter) located(err error) error {
	if _, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return err
	}
	if err == nil {
		err = errMore
	}
	return &jsontext.SyntacticError{ByteOffset: s.decoder.InputOffset(), Err: err}
}

// taken returns the length of the part of the body that was copied to the rest or cut.
func (s *split) taken() int {
	if len(s.cuts) == 0 {
		return 0
	}
	return s.cuts[len(s.cuts)-1].end
}

// value reads a value of type d, or a list of such values.
func (s *splitter) value(d protoreflect.MessageDescriptor) error {
	kind := s.decoder.PeekKind()
	if !holdsText(d) || kind != '{' && kind != '[' {
		_, err := s.decoder.ReadValue()
		return end(err)
	}
	if _, err := s.decoder.ReadToken(); err != nil {
		return end(err)
	}
	next := s.value
	if kind == '{' {
		next = s.member
	}
	for s.decoder.PeekKind() != kind+2 { // '}' or ']'
		if err := next(d); err != nil {
			return err
		}
	}
	_, err := s.decoder.ReadToken()
	return end(err)
}

// end turns the io.EOF of a body that ends too early into io.ErrUnexpectedEOF.
func end(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// member reads a name and a value of an object.
func (s *splitter) member(d protoreflect.MessageDescriptor) error {
	name, err := s.decoder.ReadToken()
	if err != nil {
		return end(err)
	}
	f := fieldOf(d, name.String())
	switch {
	case f == nil || f.IsMap():
		return s.value(nil)
	case isText(f):
		return s.cut()
	}
	return s.value(f.Message())
}

// cut removes the next value.
func (s *splitter) cut() error {
	value, err := s.decoder.ReadValue()
	if err != nil {
		return end(err)
	}
	at := int(s.decoder.InputOffset())
	one := cut{start: at - len(value), end: at}
	s.rest = append(s.rest, s.raw[s.taken():one.start]...)
	s.rest = append(s.rest, '"')
	if s.whole {
		s.rest = base64.StdEncoding.AppendEncode(s.rest, s.raw[one.start:one.end])
	} else {
		s.rest = base64.StdEncoding.AppendEncode(s.rest, binary.BigEndian.AppendUint32(nil, uint32(len(s.cuts))))
	}
	s.rest = append(s.rest, '"')
	one.restEnd = len(s.rest)
	s.cuts = append(s.cuts, one)
	return nil
}

// restore replaces the placeholders by their values.
func (s *split) restore(m protoreflect.Message) {
	if s.whole || !holdsText(m.Descriptor()) {
		return
	}
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case isText(f):
			one := s.cuts[binary.BigEndian.Uint32(v.Bytes())]
			m.Set(f, protoreflect.ValueOfBytes(s.raw[one.start:one.end:one.end]))
		case f.Message() == nil || f.IsMap():
		case f.IsList():
			for i := range v.List().Len() {
				s.restore(v.List().Get(i).Message())
			}
		default:
			s.restore(v.Message())
		}
		return true
	})
}

// original maps an offset in the rest to the offset in the body.
func (s *split) original(offset int) int {
	i := sort.Search(len(s.cuts), func(i int) bool { return s.cuts[i].restEnd > offset })
	if i == 0 {
		return offset
	}
	return offset - s.cuts[i-1].restEnd + s.cuts[i-1].end
}

// text returns the JSON for protojson.
func (b *body) text() []byte {
	if b.split != nil {
		return b.split.rest
	}
	return b.raw
}
