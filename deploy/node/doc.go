// Package node runs all services in one process, for `keyhole serve`, end-to-end tests and
// benchmarks.
//
// Each service has its two servers, on pipes instead of ports. The other services dial it
// as in separate programs, so interceptors, access rules, deadlines and traces are those of
// production. The internal endpoints are only on pipes, which no client can reach. One
// process is a convenience; it does not isolate the services from each other.
package node
