package gateway

import (
	"errors"
	"io"
	"reflect"
	"regexp"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// marshaler is protojson with three rules of the contract: a body is read once,
// an unknown field is refused by its name, and no error quotes a value (it might
// be a secret).
type marshaler struct{ runtime.JSONPb }

func newMarshaler() *marshaler {
	return &marshaler{runtime.JSONPb{MarshalOptions: protojson.MarshalOptions{}, UnmarshalOptions: protojson.UnmarshalOptions{}}}
}

// all is the whole body, which is there already in a request.
func all(r io.Reader) ([]byte, error) {
	if b, ok := r.(*body); ok {
		return b.raw, nil
	}
	return io.ReadAll(r)
}

// NewDecoder decodes the whole body at the first Decode.
func (m *marshaler) NewDecoder(r io.Reader) runtime.Decoder {
	return runtime.DecoderFunc(func(v any) error {
		raw, err := all(r)
		if err == nil {
			err = m.decode(raw, v)
		}
		if err == nil || errors.Is(err, io.EOF) {
			return err
		}
		e, ok := errors.AsType[*errs.Error](err)
		if !ok {
			e = errs.InvalidArgument(errorsv1.Reason_REASON_MALFORMED_JSON, "the body could not be read").Because(err)
		}
		if b, ok := r.(*body); ok {
			return b.failed(e)
		}
		return e
	})
}

func (m *marshaler) decode(raw []byte, v any) error {
	if len(raw) == 0 {
		return io.EOF
	}
	msg, ok := target(v)
	if !ok { // a scalar or repeated body field; the contract has none today
		return m.Unmarshal(raw, v)
	}
	if err := protojson.Unmarshal(raw, msg); err != nil {
		return explain(err)
	}
	return nil
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

var (
	unknownField = regexp.MustCompile(`unknown field "([^"]{1,80})"`)
	position     = regexp.MustCompile(`\(line (\d+):(\d+)\)`)
)

// explain says what is wrong with a body. Of protojson's text only the name of
// an unknown field and the position are passed on.
func explain(err error) *errs.Error {
	text := err.Error()
	if m := unknownField.FindStringSubmatch(text); m != nil {
		return errs.InvalidArgument(errorsv1.Reason_REASON_UNKNOWN_FIELD, "the body has a field %q that does not exist here", m[1]).
			Field(m[1], "unknown field").Because(err)
	}
	where := ""
	if m := position.FindStringSubmatch(text); m != nil {
		where = " at line " + m[1] + ", column " + m[2]
	}
	return errs.InvalidArgument(errorsv1.Reason_REASON_MALFORMED_JSON,
		"the body is not JSON of the form that this method takes; see%s (field types are described at /openapi.json)", where).Because(err)
}
