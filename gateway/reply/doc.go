// Package reply writes answers: bodies, JSON, and errors as google.rpc.Status with
// the HTTP status that clients expect. It decides nothing about a request, and it
// writes no text of an error that errs withholds.
package reply
