package strict

import (
	"bytes"
	"io"
	"net/http"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
)

// body is a whole request body that remembers why it could not be decoded. The
// generated handlers reduce a decoder's error to its text; the error handler finds the
// typed error here.
type body struct {
	bytes.Reader
	raw []byte
	// split is set if the body has values that stay JSON. A reader of the body then gets
	// the rest.
	split *split
	err   *errs.Error
}

// maxRequest bounds a decoded body. It leaves room for the fields of path and query.
const maxRequest = rpc.MaxMessage - 64<<10

// prepare checks the bounds of a body and takes out the values that stay JSON. It runs
// before the generated code reads anything.
func (b *body) prepare(d protoreflect.MessageDescriptor, whole bool) error {
	if err := CheckBounds(b.raw, func(names []string) string { return fieldName(names, d) }); err != nil {
		return err
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

// decode decodes the body into a message.
func (b *body) decode(msg proto.Message) error {
	if err := protojson.Unmarshal(b.text(), msg); err != nil {
		return b.explain(err, msg.ProtoReflect().Descriptor())
	}
	if b.split != nil {
		b.split.restore(msg.ProtoReflect())
	}
	// Some messages are larger on the wire than as JSON. The next hop would refuse them.
	if proto.Size(msg) > maxRequest {
		return errs.InvalidArgument("the request is larger than %d bytes when it is decoded", maxRequest).WithReason(errorsv1.Reason_REASON_REQUEST_TOO_LARGE)
	}
	return nil
}

// Close implements io.Closer.
func (b *body) Close() error { return nil }

// NewBody makes the body of a request that Options decode. Every request to the mux
// needs one.
func NewBody(raw []byte) io.ReadCloser { return newBody(raw) }

func newBody(raw []byte) *body {
	return &body{Reader: *bytes.NewReader(raw), raw: raw}
}

// failed keeps the first error.
func (b *body) failed(err *errs.Error) error {
	if b.err == nil {
		b.err = err
	}
	return b.err
}

// decodeError returns the error that the body of a request remembers, or nil.
func decodeError(r *http.Request) *errs.Error {
	if b, ok := r.Body.(*body); ok {
		return b.err
	}
	return nil
}
