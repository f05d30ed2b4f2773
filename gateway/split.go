package gateway

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

// split is a body without the values that stay JSON. protojson decodes the rest, in
// which a stand-in takes the place of each value. The values are not copied: a
// picture has many megabytes.
type split struct {
	raw, rest []byte
	cuts      []cut
	// whole says that a stand-in is the value itself as base64. For a PATCH, whose
	// generated code reads the rest alone, twice, and looks for names in it.
	whole bool
}

// cut is a value that was taken out: where it stands in the body, and where its
// stand-in ends in the rest.
type cut struct{ start, end, restEnd int }

// splitBody takes the values out of a body that is a message d. It checks the whole
// body on the way: it is JSON, in UTF-8, and no object has a key twice.
func splitBody(raw []byte, d protoreflect.MessageDescriptor, whole bool) (*split, error) {
	s := &splitter{split: &split{raw: raw, whole: whole}, decoder: jsontext.NewDecoder(bytes.NewBuffer(raw))}
	err := s.value(d)
	if err == nil {
		_, err = s.decoder.ReadToken() // nothing follows
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

var errMore = errors.New("there is more after the body's end")

// located gives every fault a place.
func (s *splitter) located(err error) error {
	if _, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return err
	}
	if err == nil {
		err = errMore
	}
	return &jsontext.SyntacticError{ByteOffset: s.decoder.InputOffset(), Err: err}
}

// taken is how much of the body is in the rest, or was cut.
func (s *split) taken() int {
	if len(s.cuts) == 0 {
		return 0
	}
	return s.cuts[len(s.cuts)-1].end
}

// value reads what stands where a message d, or a list of such, belongs.
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

// end tells a body that ends too early from one that ends.
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

// cut takes the next value out.
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

// restore puts the values where their stand-ins are.
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

// original is the place in the body of a place in the rest.
func (s *split) original(offset int) int {
	i := sort.Search(len(s.cuts), func(i int) bool { return s.cuts[i].restEnd > offset })
	if i == 0 {
		return offset
	}
	return offset - s.cuts[i-1].restEnd + s.cuts[i-1].end
}
