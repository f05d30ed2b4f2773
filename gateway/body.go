package gateway

import (
	"errors"
	"io"
	"net/http"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// body is a request body that remembers why it could not be decoded: the
// generated handlers flatten a decoder's error to text, and the error handler
// finds the real one here.
type body struct {
	io.ReadCloser
	err *errs.Error
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
