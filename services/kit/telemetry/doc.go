// Package telemetry makes a program's logger, tracer and meter. It passes them as values
// and uses no globals, so tests and several programs in one process stay separate.
//
// Logs go to one writer, as JSON or text. Traces go where the OTEL_* variables say; by
// default there are none, and they cost nothing. Metrics are served on the admin listener
// in Prometheus's format.
//
// It does not decide what is logged. Only the logger of net/http drops texts, because they may
// hold secrets.
package telemetry
