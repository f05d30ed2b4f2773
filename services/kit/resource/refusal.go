package resource

import (
	"fmt"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// Taken is the error for an ID that another resource has.
func Taken(what, id string) error {
	return errs.AlreadyExists("the %s %q already exists; choose another id", what, id)
}

// Conflict is the error for a change of a resource that has changed since it was read.
func Conflict(what string) error {
	return errs.Aborted(errorsv1.Reason_REASON_CONFLICT, "the %s has changed since it was read; read it again, then retry", what)
}

// Invalid is the error for the value of one field of a request.
func Invalid(field, format string, args ...any) *errs.Error {
	text := fmt.Sprintf(format, args...)
	return errs.InvalidArgument("%s: %s", field, text).Field(field, text)
}
