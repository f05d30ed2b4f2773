package errs

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
)

// Domain is the ErrorInfo domain of Keyhole's errors.
const Domain = "keyhole.dev"

// reasonPrefix is the prefix of the enum's names, which is not sent.
const reasonPrefix = "REASON_"

// Error is an error with a code, a reason for machines and a message for
// people. It does not change: each method returns a copy.
type Error struct {
	code       codes.Code
	reason     errorsv1.Reason
	message    string
	metadata   map[string]string
	fields     []*errdetails.BadRequest_FieldViolation
	retryAfter time.Duration
	cause      error
}

// New returns an error. The message goes to the client, so no argument may be a secret or
// the text of another error.
func New(code codes.Code, reason errorsv1.Reason, format string, args ...any) *Error {
	if code == codes.OK {
		code = codes.Internal
	}
	return &Error{code: code, reason: reason, message: valid(fmt.Sprintf(format, args...))}
}

// valid replaces invalid UTF-8 in text quoted from a request, which protobuf cannot marshal.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// With adds a key to ErrorInfo.metadata.
func (e *Error) With(key, value string) *Error {
	c := *e
	c.metadata = maps.Clone(e.metadata)
	if c.metadata == nil {
		c.metadata = make(map[string]string, 1)
	}
	c.metadata[valid(key)] = valid(value)
	return &c
}

// WithReason sets the machine-readable reason, where it is not the usual one of the code.
func (e *Error) WithReason(r errorsv1.Reason) *Error {
	c := *e
	c.reason = r
	return &c
}

// Field adds a violation: the path of a field of the request and what is wrong
// with it.
func (e *Error) Field(path, description string) *Error {
	c := *e
	c.fields = append(slices.Clip(e.fields), &errdetails.BadRequest_FieldViolation{
		Field: valid(path), Description: valid(description),
	})
	return &c
}

// RetryAfter sets the time after which the same request can succeed.
func (e *Error) RetryAfter(d time.Duration) *Error {
	c := *e
	c.retryAfter = d
	return &c
}

// Because sets the cause, which only the log shows.
func (e *Error) Because(err error) *Error {
	c := *e
	c.cause = err
	return &c
}

// Error returns the text for the log, which includes the cause.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.message)
	for _, f := range e.fields {
		fmt.Fprintf(&b, "; %s: %s", f.GetField(), f.GetDescription())
	}
	if e.cause != nil {
		b.WriteString(": ")
		b.WriteString(e.cause.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.cause }

// Code returns the gRPC code.
func (e *Error) Code() codes.Code { return e.code }

// Reason returns the machine-readable reason.
func (e *Error) Reason() errorsv1.Reason { return e.reason }

// Message returns the text for the client, without the cause.
func (e *Error) Message() string { return e.message }

// Metadata returns a copy of ErrorInfo.metadata.
func (e *Error) Metadata() map[string]string { return maps.Clone(e.metadata) }

// Violations returns the refused fields.
func (e *Error) Violations() []*errdetails.BadRequest_FieldViolation { return slices.Clone(e.fields) }

// Delay returns the time set by RetryAfter, or 0.
func (e *Error) Delay() time.Duration { return e.retryAfter }

// GRPCStatus returns the status that goes to the client. gRPC uses it for an *Error that is
// returned unwrapped. For a wrapped one, gRPC would send the text of the whole chain, so
// servers convert errors with Status.
func (e *Error) GRPCStatus() *status.Status {
	details := []protoadapt.MessageV1{&errdetails.ErrorInfo{
		Reason: reasonName(e.reason), Domain: Domain, Metadata: e.metadata,
	}}
	if len(e.fields) > 0 {
		details = append(details, &errdetails.BadRequest{FieldViolations: e.fields})
	}
	if e.retryAfter > 0 {
		details = append(details, &errdetails.RetryInfo{RetryDelay: durationpb.New(e.retryAfter)})
	}
	return withDetails(e.code, e.message, details)
}

func withDetails(code codes.Code, message string, details []protoadapt.MessageV1) *status.Status {
	st := status.New(code, message)
	full, err := st.WithDetails(details...)
	if err != nil { // unreachable: all text is valid UTF-8 and the types are known
		return st
	}
	return full
}

func reasonName(r errorsv1.Reason) string { return strings.TrimPrefix(r.String(), reasonPrefix) }

// as finds an *Error in a chain.
func as(err error) (*Error, bool) { return errors.AsType[*Error](err) }
