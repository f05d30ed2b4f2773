package gateway

import (
	"errors"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// marshaler is protojson with four rules of the contract: a body is read once, an
// unknown field is refused by its name, no error quotes a value (it might be a
// secret), and the fields that are JSON pass as they are.
type marshaler struct{ runtime.JSONPb }

func newMarshaler() *marshaler {
	return &marshaler{runtime.JSONPb{MarshalOptions: protojson.MarshalOptions{}, UnmarshalOptions: protojson.UnmarshalOptions{}}}
}

// NewDecoder decodes the whole body at the first Decode.
func (m *marshaler) NewDecoder(r io.Reader) runtime.Decoder {
	return runtime.DecoderFunc(func(v any) error {
		sent, ok := r.(*body)
		if !ok { // the copy that the generated code makes of a PATCH, which was checked
			raw, err := io.ReadAll(r)
			if err != nil {
				return err //nolint:wrapcheck // it reads from memory
			}
			sent = newBody(raw)
		}
		err := m.decode(sent, v)
		if err == nil || errors.Is(err, io.EOF) {
			return err
		}
		e, ok := errors.AsType[*errs.Error](err)
		if !ok {
			e = errs.InvalidArgument(errorsv1.Reason_REASON_MALFORMED_JSON, "the body could not be read").Because(err)
		}
		return sent.failed(e)
	})
}

func (m *marshaler) decode(sent *body, v any) error {
	if len(sent.raw) == 0 {
		return io.EOF
	}
	msg, ok := target(v)
	if !ok { // a scalar or repeated body field; the contract has none today
		return m.Unmarshal(sent.raw, v)
	}
	return sent.decode(msg)
}

func tooMuch(field string, of excess) *errs.Error {
	return errs.InvalidArgument(errorsv1.Reason_REASON_INVALID_REQUEST, "the body is not taken: in it %s", string(of)).Field(field, string(of))
}

// target is the message to decode into. Where the body is one field of the
// request, the generated code gives a pointer to that field, which is a pointer
// itself.
func target(v any) (proto.Message, bool) {
	if msg, ok := v.(proto.Message); ok {
		return msg, true
	}
	field := reflect.ValueOf(v)
	if field.Kind() != reflect.Pointer || field.Elem().Kind() != reflect.Pointer {
		return nil, false
	}
	fresh := reflect.New(field.Elem().Type().Elem())
	msg, ok := fresh.Interface().(proto.Message)
	if ok {
		field.Elem().Set(fresh)
	}
	return msg, ok
}

// complaint is how protojson begins to say what is wrong: where, and of two mistakes
// which.
var complaint = regexp.MustCompile(`\(line (\d+):(\d+)\):( unknown field| duplicate field)?`)

// explain says what is wrong with a body, and names the field. Of protojson's text
// only the position is passed on: the rest quotes values.
func (b *body) explain(err error, d protoreflect.MessageDescriptor) *errs.Error {
	if fault, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		kind := ""
		if errors.Is(fault.Err, jsontext.ErrDuplicateName) {
			kind = " duplicate field"
		}
		return malformed(err, b.raw, int(fault.ByteOffset), kind, d)
	}
	m := complaint.FindStringSubmatch(err.Error())
	if m == nil {
		return malformed(err, b.raw, len(b.raw), "", d)
	}
	line, _ := strconv.Atoi(m[1]) // digits that protojson wrote
	column, _ := strconv.Atoi(m[2])
	offset := offsetOf(b.text(), line, column)
	if b.split != nil {
		offset = b.split.original(offset)
	}
	return malformed(err, b.raw, offset, m[3], d)
}

func malformed(err error, raw []byte, offset int, kind string, d protoreflect.MessageDescriptor) *errs.Error {
	names, _ := locate(raw, offset)
	field := fieldName(names, d)
	switch kind {
	case " unknown field":
		unknown := clip(strings.Join(names, "."))
		return errs.InvalidArgument(errorsv1.Reason_REASON_UNKNOWN_FIELD, "the body has a field %q that does not exist here", unknown).
			Field(unknown, "unknown field").Because(err)
	case " duplicate field":
		return errs.InvalidArgument(errorsv1.Reason_REASON_MALFORMED_JSON, "the body has the field %q more than once", field).
			Field(field, "given more than once").Because(err)
	}
	line, column := position(raw, offset)
	return errs.InvalidArgument(errorsv1.Reason_REASON_MALFORMED_JSON,
		"the body is not JSON of the form that this method takes; see at line %d, column %d (field types are described at /openapi.json)", line, column).
		Field(field, "not of the form that it takes").Because(err)
}
