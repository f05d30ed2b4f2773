package modelworker

import (
	"errors"
	"fmt"
)

// Kind is the kind of a failure. The caller maps it to its own error.
type Kind string

// The kinds of failure. If a context ends, its own error is returned instead.
const (
	// Refused: the file is not a model, or the model does not accept these inputs or fails
	// on them.
	Refused Kind = "refused"
	// TooLarge: the model, its inputs or its outputs need more memory than is allowed.
	TooLarge Kind = "too large"
	// Crashed: the worker died during the request.
	Crashed Kind = "crashed"
	// TimedOut: the call exceeded the pool's own limit.
	TimedOut Kind = "timed out"
	// Unavailable: no worker could be started. The model is not to blame.
	Unavailable Kind = "unavailable"
)

// Failure is the error of a call. Detail may hold the runtime's message about the model,
// which only the model's owner may see.
type Failure struct {
	Kind   Kind
	Detail string
	cause  error
}

func (f *Failure) Error() string { return fmt.Sprintf("model %s: %s", f.Kind, f.Detail) }

// Unwrap returns the cause, or nil.
func (f *Failure) Unwrap() error { return f.cause }

func failure(kind Kind, format string, args ...any) *Failure {
	err := fmt.Errorf(format, args...)
	return &Failure{Kind: kind, Detail: err.Error(), cause: err}
}

var errClosed = errors.New("the model workers are shut down")
