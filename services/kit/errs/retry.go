package errs

import "google.golang.org/grpc/codes"

// IsRetryable reports whether a call that may be made twice can succeed when it is made again. A
// call that must not be made twice is retried only where [CodeOf] is Unavailable: nothing was done.
func IsRetryable(err error) bool {
	switch CodeOf(err) {
	case codes.Unavailable, codes.DeadlineExceeded, codes.Aborted, codes.ResourceExhausted:
		return true
	}
	return false
}
