package publish

import (
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/workflow/document"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
)

// MaxExample bounds the stored result of one sample in bytes, MaxExamples those of a share
// together. Every view carries them.
const (
	MaxExample  = 512 << 10
	MaxExamples = 1 << 20
)

// Example checks the outputs of a run before they are stored for visitors, and removes the
// metadata of their pictures.
func Example(outputs []byte) ([]byte, error) {
	if len(outputs) == 0 || len(outputs) > MaxExample {
		return nil, errs.FailedPrecondition(errorsv1.Reason_REASON_RESULT_TOO_LARGE,
			"the run succeeded, but its result is larger than %d KiB and cannot be stored as an example; use a smaller picture, or hide large outputs", MaxExample>>10)
	}
	limits := document.Limits{Bytes: MaxExample, Depth: 64, Text: MaxExample, Values: 100_000}
	root, faults := document.Parse(outputs, limits)
	if len(faults) > 0 || root.Kind != document.Array {
		return nil, errs.FailedPrecondition(errorsv1.Reason_REASON_RESULT_TOO_LARGE,
			"the run succeeded, but its result has too many values to be stored as an example")
	}
	clean, err := CleanPictures("example", outputs, root)
	if err != nil {
		return nil, err
	}
	return clean, leak.NewGate().JSON("example", "example", clean).Err()
}
