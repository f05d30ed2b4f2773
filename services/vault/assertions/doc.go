// Package assertions owns the exchange of an API key for a signed principal, and the proof by which the vault
// later recognises an assertion that it made itself.
//
// It gives malformed, unknown and revoked keys one answer. It refuses an assertion of another service as
// authority over a credential: only the vault has the key of the proof.
package assertions
