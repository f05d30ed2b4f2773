package errs

import (
	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
)

// InvalidArgument is for a request that is invalid in every state of the system.
func InvalidArgument(reason errorsv1.Reason, format string, args ...any) *Error {
	return New(codes.InvalidArgument, reason, format, args...)
}

// NotFound is for a resource that does not exist, and for one that the caller may not know
// about.
func NotFound(reason errorsv1.Reason, format string, args ...any) *Error {
	return New(codes.NotFound, reason, format, args...)
}

// AlreadyExists is for an id that exists already.
func AlreadyExists(reason errorsv1.Reason, format string, args ...any) *Error {
	return New(codes.AlreadyExists, reason, format, args...)
}

// FailedPrecondition is for a request that the current state does not allow. The message
// says which state would.
func FailedPrecondition(reason errorsv1.Reason, format string, args ...any) *Error {
	return New(codes.FailedPrecondition, reason, format, args...)
}

// PermissionDenied is for a known caller that may not do this.
func PermissionDenied(reason errorsv1.Reason, format string, args ...any) *Error {
	return New(codes.PermissionDenied, reason, format, args...)
}

// Unauthenticated is for a missing or wrong key.
func Unauthenticated(reason errorsv1.Reason, format string, args ...any) *Error {
	return New(codes.Unauthenticated, reason, format, args...)
}

// ResourceExhausted is for a limit or budget that is used up.
func ResourceExhausted(reason errorsv1.Reason, format string, args ...any) *Error {
	return New(codes.ResourceExhausted, reason, format, args...)
}

// Unavailable is for a request that had no effect and may succeed when retried.
func Unavailable(reason errorsv1.Reason, format string, args ...any) *Error {
	return New(codes.Unavailable, reason, format, args...)
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
func DeadlineExceeded(reason errorsv1.Reason, format string, args ...any) *Error {
	return New(codes.DeadlineExceeded, reason, format, args...)
}

// Internal is for a fault of the system.
func Internal(reason errorsv1.Reason, format string, args ...any) *Error {
	return New(codes.Internal, reason, format, args...)
}
