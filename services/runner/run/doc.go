// Package run does one run, from its authorisation by sharing to the report of its end.
//
// It owns the order of things: authorise, give credentials to the vault, compile, read inputs,
// execute, serialise, report. It refuses to work without a place, to keep a credential that a
// caller brought, and to return outputs of a run whose end sharing did not confirm.
package run
