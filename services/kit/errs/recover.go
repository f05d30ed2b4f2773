package errs

import (
	"fmt"
	"runtime/debug"
)

// Recover turns a panic into an error, so that it fails one request and not the process.
// Call it as `defer errs.Recover(&err)` at the start of each goroutine that works for a
// request, because nothing else recovers there. The error contains the stack; clients do
// not see its text.
func Recover(err *error) {
	if p := recover(); p != nil {
		*err = panicked(p)
	}
}

// RecoverAs is Recover with an error made by report. The cause contains the stack.
func RecoverAs(err *error, report func(cause error) error) {
	if p := recover(); p != nil {
		*err = report(panicked(p))
	}
}

func panicked(value any) error { return fmt.Errorf("panic: %v\n%s", value, debug.Stack()) }
