package rpc

import (
	"errors"
	"fmt"
	"sync"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// maxViolations bounds the violations in one answer, because a list of a million wrong
// items is one mistake.
const maxViolations = 50

// sharedValidator is used by all servers of a process. It holds only compiled rules, and
// most of its memory is the environment that compiles them.
var sharedValidator = sync.OnceValues(func() (protovalidate.Validator, error) { return protovalidate.New() })

// validate checks a request against the validation rules of its fields.
func validate(validator protovalidate.Validator, req any) error {
	msg, ok := req.(proto.Message)
	if !ok {
		return fmt.Errorf("a request of type %T is not a proto message", req)
	}
	err := validator.Validate(msg)
	if err == nil {
		return nil
	}
	broken, ok := errors.AsType[*protovalidate.ValidationError](err)
	if !ok { // a rule does not compile, which is our fault
		return fmt.Errorf("validate request: %w", err)
	}
	e := errs.InvalidArgument("the request is not valid; the violations name the fields")
	for i, v := range broken.Violations {
		if i == maxViolations {
			break
		}
		e = e.Field(protovalidate.FieldPathString(v.Proto.GetField()), v.Proto.GetMessage())
	}
	return e
}
