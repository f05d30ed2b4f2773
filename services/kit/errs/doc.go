// Package errs defines the only error type that crosses an RPC.
//
// Its message and details are written for strangers. Because takes the cause, which is
// logged at the edge and never sent. Every other error becomes INTERNAL and its text is
// withheld, so that a service that forgets to classify a failure reveals nothing.
//
// It does not log, and it never repeats a cause in a message.
package errs
