package errs

import (
	"fmt"
	"runtime/debug"
)

// Recover turns a panic into an error, so that it fails one request and not the process. It is
// called as `defer errs.Recover(&err)`, at the start of each goroutine that works for one request:
// nothing above such a goroutine recovers. The error has the stack, and no client sees its text.
func Recover(err *error) {
	if p := recover(); p != nil {
		*err = panicked(p)
	}
}

// RecoverAs is Recover for a caller that reports a panic in its own words. The cause has the stack.
func RecoverAs(err *error, report func(cause error) error) {
	if p := recover(); p != nil {
		*err = report(panicked(p))
	}
}

func panicked(value any) error { return fmt.Errorf("panic: %v\n%s", value, debug.Stack()) }
