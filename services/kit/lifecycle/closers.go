package lifecycle

import "errors"

// Closers closes what a program opened, in reverse order, because later parts use earlier ones. The
// zero value is ready. It is used by one goroutine.
type Closers struct{ stack []func() error }

// Defer registers a function for Close.
func (c *Closers) Defer(closer func() error) { c.stack = append(c.stack, closer) }

// Close calls all functions once, even if some fail.
func (c *Closers) Close() error {
	var err error
	for i := len(c.stack) - 1; i >= 0; i-- {
		err = errors.Join(err, c.stack[i]())
	}
	c.stack = nil
	return err
}
