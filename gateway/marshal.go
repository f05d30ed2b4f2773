package gateway

import (
	"errors"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
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
	return decodeJSON(raw, msg)
}

// decodeJSON decodes a body that is a message.
func decodeJSON(raw []byte, msg proto.Message) error {
	d := msg.ProtoReflect().Descriptor()
	if names, too := locate(raw, len(raw)); too != "" {
		return tooMuch(fieldName(names, d), too)
	}
	if err := protojson.Unmarshal(raw, msg); err != nil {
		return explain(err, raw, d)
	}
	// Numbers grow on the way from JSON to protobuf, and no hop would take them.
	if proto.Size(msg) > maxRequest {
		return errs.InvalidArgument(errorsv1.Reason_REASON_REQUEST_TOO_LARGE, "the request is larger than %d bytes when it is decoded", maxRequest)
	}
	return nil
}

// maxRequest leaves room for what comes from path and query.
const maxRequest = rpc.MaxMessage - 64<<10

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
func explain(err error, raw []byte, d protoreflect.MessageDescriptor) *errs.Error {
	offset, where, kind := len(raw), "", ""
	if m := complaint.FindStringSubmatch(err.Error()); m != nil {
		line, _ := strconv.Atoi(m[1]) // digits that protojson wrote
		column, _ := strconv.Atoi(m[2])
		offset, where, kind = offsetOf(raw, line, column), " at line "+m[1]+", column "+m[2], m[3]
	}
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
	return errs.InvalidArgument(errorsv1.Reason_REASON_MALFORMED_JSON,
		"the body is not JSON of the form that this method takes; see%s (field types are described at /openapi.json)", where).
		Field(field, "not of the form that it takes").Because(err)
}
