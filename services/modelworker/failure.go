package modelworker

import "fmt"

// Kind says what went wrong with a model, for the caller to choose its own error.
type Kind string

// The kinds of failure. A context that ended is not among them: its own error
// comes back then.
const (
	// Refused: the file is not a model that can be opened, or the model does not
	// take these inputs, or fails on them.
	Refused Kind = "refused"
	// TooLarge: model, inputs or outputs need more memory than is allowed.
	TooLarge Kind = "too large"
	// Crashed: the worker died on it.
	Crashed Kind = "crashed"
	// TimedOut: it took longer than the pool allows any call.
	TimedOut Kind = "timed out"
	// Unavailable: no worker could be started; the model has no part in it.
	Unavailable Kind = "unavailable"
)

// Failure is the error of a call. Detail may hold words of the runtime's about
// the model, which are its owner's business and nobody else's.
type Failure struct {
	Kind   Kind
	Detail string
	cause  error
}

func (f *Failure) Error() string { return fmt.Sprintf("model %s: %s", f.Kind, f.Detail) }

// Unwrap is the cause, where there is one.
func (f *Failure) Unwrap() error { return f.cause }

func failure(kind Kind, format string, args ...any) *Failure {
	err := fmt.Errorf(format, args...)
	return &Failure{Kind: kind, Detail: err.Error(), cause: err}
}
