// Package secret holds bytes that must never be printed.
//
// The bytes are captured by a func. fmt cannot call methods on a value in an unexported
// field and prints its content instead, so methods alone do not protect. A pointer does not
// protect either: for a verb that does not fit (%s of a pointer), fmt follows one pointer
// at the top level. To fmt, encoding and reflection, a func is only an address.
//
// It refuses to print or encode the bytes, and a Secret cannot be compared with ==. Only Expose
// returns the bytes, so a search for its name finds every use.
package secret
