package rpc

import (
	"errors"
	"fmt"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// maxViolations bounds the violations in one answer, because a list of a million wrong
// items is one mistake.
const maxViolations = 50

// validate checks a request against the validation rules of its fields.
func (s *Server) validate(req any) error {
	msg, ok := req.(proto.Message)
	if !ok {
		return fmt.Errorf("a request of type %T is not a proto message", req)
	}
	err := s.validator.Validate(msg)
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

// silent reports whether a message omits the resource's name.
func (m *method) silent(msg any) bool {
	p, ok := msg.(proto.Message)
	return len(m.workspace) == 0 || (ok && resourceName(p, m.workspace) == "")
}
