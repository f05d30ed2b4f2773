package strict

import (
	"errors"
	"io"
	"reflect"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// marshaler is protojson with four rules of the contract: it reads a body once; it
// refuses an unknown field by its name; no error quotes a value, which may be a secret;
// fields that hold JSON pass unchanged.
type marshaler struct{ runtime.JSONPb }

func newMarshaler() *marshaler {
	return &marshaler{runtime.JSONPb{MarshalOptions: protojson.MarshalOptions{}, UnmarshalOptions: protojson.UnmarshalOptions{}}}
}

// NewDecoder decodes the whole body at the first Decode.
func (m *marshaler) NewDecoder(r io.Reader) runtime.Decoder {
	return runtime.DecoderFunc(func(v any) error {
		sent, ok := r.(*body)
		if !ok { // a copy of the body of a PATCH, which the middleware has checked
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
			e = errs.InvalidArgument("the body could not be read; send the request again").WithReason(errorsv1.Reason_REASON_MALFORMED_JSON).Because(err)
		}
		return sent.failed(e)
	})
}

func (m *marshaler) decode(sent *body, v any) error {
	if len(sent.raw) == 0 {
		return io.EOF
	}
	msg, ok := target(v)
	if !ok { // a scalar or repeated body field: the contract has none today
		return m.Unmarshal(sent.raw, v)
	}
	return sent.decode(msg)
}

// target returns the message to decode into. If the body is one field of the request,
// the generated code passes a pointer to that field, which is itself a pointer.
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

// StreamContentType names the type of a stream's lines.
func (m *marshaler) StreamContentType(any) string { return "application/x-ndjson" }
