// Package e2e tests a whole installation as its clients and its operator see it: over HTTP
// and gRPC, by its logs, spans, metrics and databases, and by killing its programs at the
// worst moment.
//
// The same cases run on all services in one process (embedded stores) and on five programs
// (mTLS, PostgreSQL, a real Redis). The tests start the programs in bin/, so run make build
// first.
package e2e
