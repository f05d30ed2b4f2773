package errs

import "google.golang.org/grpc/codes"

// IsRetryable reports whether an idempotent call may succeed when it is repeated. Repeat a
// call that is not idempotent only if [CodeOf] is Unavailable, because then nothing was
// done.
func IsRetryable(err error) bool {
	switch CodeOf(err) {
	case codes.Unavailable, codes.DeadlineExceeded, codes.Aborted, codes.ResourceExhausted:
		return true
	}
	return false
}
