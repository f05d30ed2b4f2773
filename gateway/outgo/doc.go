// Package outgo bounds the requests in progress of one address, and the memory of the
// answers that it has not read yet.
//
// A client that stops reading loses its connection after a grace period, so it cannot hold
// an answer for longer.
package outgo
