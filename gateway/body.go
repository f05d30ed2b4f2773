package gateway

import (
	"bytes"
	"net/http"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
)

// body is a request body that is there as a whole, and remembers why it could not
// be decoded: the generated handlers flatten a decoder's error to text, and the
// error handler finds the real one here.
type body struct {
	bytes.Reader
	raw []byte
	// split is set where the body has values that stay JSON. Who reads the body then
	// reads what is left.
	split *split
	err   *errs.Error
}

// maxRequest leaves room for what comes from path and query.
const maxRequest = rpc.MaxMessage - 64<<10

// prepare refuses a body of which there is too much, and takes values out that stay
// JSON. It is called before the generated code reads anything.
func (b *body) prepare(d protoreflect.MessageDescriptor, whole bool) error {
	if names, too := locate(b.raw, len(b.raw)); too != "" {
		return tooMuch(fieldName(names, d), too)
	}
	if len(b.raw) == 0 || !holdsText(d) {
		return nil
	}
	s, err := splitBody(b.raw, d, whole)
	if err != nil {
		return b.explain(err, d)
	}
	b.split = s
	b.Reset(s.rest)
	return nil
}

// text is what protojson decodes.
func (b *body) text() []byte {
	if b.split != nil {
		return b.split.rest
	}
	return b.raw
}

// decode decodes a body that is a message.
func (b *body) decode(msg proto.Message) error {
	if err := protojson.Unmarshal(b.text(), msg); err != nil {
		return b.explain(err, msg.ProtoReflect().Descriptor())
	}
	if b.split != nil {
		b.split.restore(msg.ProtoReflect())
	}
	// Some messages are larger on the wire than as JSON, and no hop would take them.
	if proto.Size(msg) > maxRequest {
		return errs.InvalidArgument(errorsv1.Reason_REASON_REQUEST_TOO_LARGE, "the request is larger than %d bytes when it is decoded", maxRequest)
	}
	return nil
}

// Close implements io.Closer.
func (b *body) Close() error { return nil }

func newBody(raw []byte) *body {
	return &body{Reader: *bytes.NewReader(raw), raw: raw}
}

// failed keeps the reason.
func (b *body) failed(err *errs.Error) error {
	if b.err == nil {
		b.err = err
	}
	return b.err
}

func decodeProblem(r *http.Request) *errs.Error {
	if b, ok := r.Body.(*body); ok {
		return b.err
	}
	return nil
}
