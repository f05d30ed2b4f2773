// Package conns bounds the open connections of a listener, so that no address can use up
// the connections of others.
//
// There is a bound for one address and one for all together. When a bound is reached, the
// oldest connection without a request in progress is closed in favour of the new one. So a
// connection that sends nothing, or a header one byte at a time, does not cost others a
// connection. If all are busy, the new connection is closed.
//
// It does not count requests or bytes: packages rpc and gateway/intake do.
package conns
