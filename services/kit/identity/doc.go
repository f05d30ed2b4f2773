// Package identity proves to other services which service a process is.
//
// An identity is a SPIFFE id (spiffe://keyhole/vault) in a certificate, with its
// key. The same key authenticates connections (mTLS) and signs tokens that travel further
// than one connection: principal assertions and run grants, as JWS with the certificate in
// the header. Every service verifies both offline with the trust bundle.
//
// It says who a peer is, not what the peer may do: the access rules of package rpc say that.
package identity
