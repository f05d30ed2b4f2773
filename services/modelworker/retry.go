package modelworker

import "errors"

// freshly retries once with a new worker if the failure says nothing about the model: the
// worker's memory was full of earlier models, or the worker was found dead.
func freshly(do func() error) error {
	err := do()
	if again := new(retryable); errors.As(err, &again) {
		err = do()
		if errors.As(err, &again) {
			err = again.err
		}
	}
	return err
}

// retryable marks a failure that a new worker may not have.
type retryable struct{ err error }

func (r *retryable) Error() string { return r.err.Error() }

func (r *retryable) Unwrap() error { return r.err }
