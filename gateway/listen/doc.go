// Package listen opens the HTTP listener with its certificate and makes the server
// for it. It refuses plain HTTP off loopback unless the operator allows it.
package listen
