// Package middleware wraps the gateway's handler with what every request gets: an id, a
// log line, metrics and traces, security headers and CORS. Logs, metrics and traces
// show the route and never the path, which can hold the token of a link.
package middleware
