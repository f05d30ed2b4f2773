package errs

import (
	"context"
	"errors"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
)

// Status converts an error into the status that a client gets. The server builder calls it;
// handlers do not.
//
//   - an *Error anywhere in the chain gives its own status, without the chain;
//   - a peer's status is passed on if it is Keyhole's (ErrorInfo of Domain),
//     without details of types that Keyhole does not send;
//   - a context error, or gRPC's error for an unreachable peer, keeps its code
//     and gets Keyhole's text;
//   - any other error becomes Internal and its text is withheld.
func Status(err error) *status.Status {
	if err == nil {
		return status.New(codes.OK, "")
	}
	return From(err).GRPCStatus()
}

// From returns the *Error of Status, with err as its cause. It returns err itself if err is
// an *Error.
func From(err error) *Error {
	if e, ok := err.(*Error); ok { //nolint:errorlint // only the outermost error is returned unchanged
		return e
	}
	if e, ok := as(err); ok {
		return e.Because(err)
	}
	if st, ok := peerStatus(err); ok {
		return fromPeer(st, err)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return cancelled().Because(err)
	case errors.Is(err, context.DeadlineExceeded):
		return tooLate().Because(err)
	}
	return withheld().Because(err)
}

func cancelled() *Error {
	return Canceled(errorsv1.Reason_REASON_CANCELLED, "the request was cancelled")
}

func tooLate() *Error {
	return DeadlineExceeded("the request exceeded its time limit")
}

func withheld() *Error {
	return Internal("internal error; give the request id to the operator")
}

// peerStatus returns the status in a chain, without the text that wraps it.
func peerStatus(err error) (*status.Status, bool) {
	type grpcError interface {
		error
		GRPCStatus() *status.Status
	}
	e, ok := errors.AsType[grpcError](err)
	if !ok {
		return nil, false
	}
	st := e.GRPCStatus()
	return st, st != nil && st.Code() != codes.OK
}

// fromPeer rebuilds a peer's error from the known details. A status without them comes from
// gRPC itself or from a stranger.
func fromPeer(st *status.Status, err error) *Error {
	var (
		e    = &Error{code: st.Code(), message: st.Message(), cause: err}
		ours bool
	)
	for _, d := range st.Details() {
		switch d := d.(type) {
		case *errdetails.ErrorInfo:
			if d.GetDomain() == Domain {
				ours = true
				e.reason = reasonByName(d.GetReason())
				e.metadata = d.GetMetadata()
			}
		case *errdetails.BadRequest:
			e.fields = d.GetFieldViolations()
		case *errdetails.RetryInfo:
			e.retryAfter = d.GetRetryDelay().AsDuration()
		}
	}
	if ours {
		return e
	}
	return fromTransport(st.Code()).Because(err)
}

// fromTransport replaces the texts of grpc's own statuses, because they contain addresses.
func fromTransport(code codes.Code) *Error {
	switch code {
	case codes.Canceled:
		return cancelled()
	case codes.DeadlineExceeded:
		return tooLate()
	case codes.Unavailable:
		return Unavailable("a part of the system cannot be reached; try again")
	default:
		return withheld()
	}
}

func reasonByName(name string) errorsv1.Reason {
	return errorsv1.Reason(errorsv1.Reason_value[reasonPrefix+name])
}

// CodeOf returns the code that a client would get for err; OK for nil.
func CodeOf(err error) codes.Code {
	if err == nil {
		return codes.OK
	}
	return From(err).code
}

// ReasonOf returns the reason that a client would get for err; REASON_UNSPECIFIED for nil.
// It accepts our errors and a peer's.
func ReasonOf(err error) errorsv1.Reason {
	if err == nil {
		return errorsv1.Reason_REASON_UNSPECIFIED
	}
	return From(err).reason
}

// WithRequestID adds the request ID, by which the operator finds the request.
func WithRequestID(st *status.Status, requestID string) *status.Status {
	if requestID == "" {
		return st
	}
	full, err := st.WithDetails(protoadapt.MessageV1Of(&errdetails.RequestInfo{RequestId: strings.ToValidUTF8(requestID, "")}))
	if err != nil {
		return st
	}
	return full
}
