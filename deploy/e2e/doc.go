// Package e2e tries a whole installation from outside, as its clients and its
// operator see it: over HTTP and gRPC, by its logs, spans, metrics and
// databases, and by ending its programs at the worst moment.
//
// The same cases run on all services in one process (embedded stores) and on
// five programs (mTLS, PostgreSQL, a real Redis). The tests start what is in
// bin/: make build comes first.
package e2e
