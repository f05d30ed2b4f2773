package gateway

import (
	"bytes"
	"errors"
	"net/http"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/keyhole-dev/keyhole/gateway/reply"
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
	// release gives back the memory that the body was counted for.
	release func()
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

// byteOrderMark is what some editors write in front of a text.
var byteOrderMark = []byte("\xef\xbb\xbf")

// checkEncoding refuses a body that is packed: a small one could unpack to any size.
func checkEncoding(r *http.Request) error {
	for _, list := range r.Header.Values("Content-Encoding") {
		for one := range strings.SplitSeq(list, ",") {
			if one = strings.TrimSpace(one); one != "" && !strings.EqualFold(one, "identity") {
				return errs.InvalidArgument(errorsv1.Reason_REASON_INVALID_REQUEST, "the body is compressed: send it without Content-Encoding").
					Field("Content-Encoding", "wanted: identity, or none").Because(reply.ErrEncoding)
			}
		}
	}
	return nil
}

func newBody(raw []byte) *body {
	raw = bytes.TrimPrefix(raw, byteOrderMark)
	return &body{Reader: *bytes.NewReader(raw), raw: raw, release: func() {}}
}

func unreadable(err error) error {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return e
	}
	if e := tooLarge(err); e != err { //nolint:errorlint // identity tells whether it was translated
		return e
	}
	return errs.InvalidArgument(errorsv1.Reason_REASON_MALFORMED_JSON, "the body could not be read").Because(err)
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

// tooLarge turns the limit's error into ours, and leaves others.
func tooLarge(err error) error {
	if limit, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errs.InvalidArgument(errorsv1.Reason_REASON_REQUEST_TOO_LARGE, "the request is larger than %d bytes", limit.Limit).Because(err)
	}
	return err
}
