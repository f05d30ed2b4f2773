// Package outgo bounds what one address has of a gateway while its requests are in
// hand: their number, and the memory of answers that it has not read yet.
//
// A client that stops reading loses its connection after a grace, so it cannot hold an
// answer for longer.
package outgo
