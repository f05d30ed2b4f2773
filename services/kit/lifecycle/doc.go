// Package lifecycle runs a program. It starts the components in order, waits for a signal
// or the first failure, and stops them in reverse order, so that a component outlives
// those that need it.
//
// It knows no service. A component is a name with functions to run and to stop.
package lifecycle
