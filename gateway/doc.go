// Package gateway is the HTTP edge. It translates /v1 to gRPC, speaks the HTTP
// contract of Roboflow's clients, and swaps the key that a client presents for a
// principal assertion, so that no hop behind it ever sees a key.
//
// It keeps no state but caches, decides nothing about rights, and dials the
// services like any other client: their interceptors are the ones that check.
package gateway
