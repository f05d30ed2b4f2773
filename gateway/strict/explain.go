package strict

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"google.golang.org/protobuf/reflect/protoreflect"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// complaint matches the start of protojson's message: the position, and the kind of two
// mistakes that have their own answer.
var complaint = regexp.MustCompile(`\(line (\d+):(\d+)\):( unknown field| duplicate field)?`)

// explain describes what is wrong with a body and names the field. It takes only the
// position from protojson's text: the rest quotes values.
func (b *body) explain(err error, d protoreflect.MessageDescriptor) *errs.Error {
	if fault, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		kind := ""
		if errors.Is(fault.Err, jsontext.ErrDuplicateName) {
			kind = " duplicate field"
		}
		return malformed(err, b.raw, int(fault.ByteOffset), kind, d)
	}
	m := complaint.FindStringSubmatch(err.Error())
	if m == nil {
		return malformed(err, b.raw, len(b.raw), "", d)
	}
	line, _ := strconv.Atoi(m[1]) // digits that protojson wrote
	column, _ := strconv.Atoi(m[2])
	offset := offsetOf(b.text(), line, column)
	if b.split != nil {
		offset = b.split.original(offset)
	}
	return malformed(err, b.raw, offset, m[3], d)
}

func malformed(err error, raw []byte, offset int, kind string, d protoreflect.MessageDescriptor) *errs.Error {
	names, _ := locate(raw, offset)
	field := fieldName(names, d)
	switch kind {
	case " unknown field":
		unknown := clip(strings.Join(names, "."))
		return errs.InvalidArgument("the body has an unknown field %q", unknown).WithReason(errorsv1.Reason_REASON_UNKNOWN_FIELD).
			Field(unknown, "unknown field").Because(err)
	case " duplicate field":
		return errs.InvalidArgument("the body has the field %q more than once", field).WithReason(errorsv1.Reason_REASON_MALFORMED_JSON).
			Field(field, "given more than once").Because(err)
	}
	line, column := Position(raw, offset)
	return errs.InvalidArgument("the body does not match the request of this method at line %d, column %d; /openapi.json describes its fields", line, column).WithReason(errorsv1.Reason_REASON_MALFORMED_JSON).
		Field(field, "malformed or of the wrong type").Because(err)
}
