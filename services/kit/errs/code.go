package errs

// A constructor whose code has one usual reason sets it; WithReason sets another. The others
// take the reason, because the code alone tells a client nothing.

import (
	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
)

// InvalidArgument is for a request that is invalid in every state of the system.
func InvalidArgument(format string, args ...any) *Error {
	return New(codes.InvalidArgument, errorsv1.Reason_REASON_INVALID_REQUEST, format, args...)
}

// NotFound is for a resource that does not exist, and for one that the caller may not know
// about.
func NotFound(format string, args ...any) *Error {
	return New(codes.NotFound, errorsv1.Reason_REASON_NOT_FOUND, format, args...)
}

// AlreadyExists is for an id that exists already.
func AlreadyExists(format string, args ...any) *Error {
	return New(codes.AlreadyExists, errorsv1.Reason_REASON_ALREADY_EXISTS, format, args...)
}

// FailedPrecondition is for a request that the current state does not allow. The message
// says which state would.
func FailedPrecondition(reason errorsv1.Reason, format string, args ...any) *Error {
	return New(codes.FailedPrecondition, reason, format, args...)
}

// PermissionDenied is for a known caller that may not do this.
func PermissionDenied(format string, args ...any) *Error {
	return New(codes.PermissionDenied, errorsv1.Reason_REASON_PERMISSION_DENIED, format, args...)
}

// Unauthenticated is for a missing or wrong key.
func Unauthenticated(format string, args ...any) *Error {
	return New(codes.Unauthenticated, errorsv1.Reason_REASON_UNAUTHENTICATED, format, args...)
}

// ResourceExhausted is for a limit or budget that is used up.
func ResourceExhausted(reason errorsv1.Reason, format string, args ...any) *Error {
	return New(codes.ResourceExhausted, reason, format, args...)
}

// Unavailable is for a request that had no effect and may succeed when retried.
func Unavailable(format string, args ...any) *Error {
	return New(codes.Unavailable, errorsv1.Reason_REASON_UNAVAILABLE, format, args...)
}

// Aborted is for a conflict with another request: read again, then retry.
func Aborted(reason errorsv1.Reason, format string, args ...any) *Error {
	return New(codes.Aborted, reason, format, args...)
}

// Canceled is for work that ended because its caller left.
func Canceled(reason errorsv1.Reason, format string, args ...any) *Error {
	return New(codes.Canceled, reason, format, args...)
}

// DeadlineExceeded is for work that took longer than it was allowed to.
func DeadlineExceeded(format string, args ...any) *Error {
	return New(codes.DeadlineExceeded, errorsv1.Reason_REASON_DEADLINE_EXCEEDED, format, args...)
}

// Internal is for a fault of the system.
func Internal(format string, args ...any) *Error {
	return New(codes.Internal, errorsv1.Reason_REASON_INTERNAL, format, args...)
}
