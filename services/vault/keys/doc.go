// Package keys owns the API keys of workspaces: their text, their hash, their budget and their revocation,
// among them the guest key and the first operator key.
//
// It stores hashes only: the text of a key leaves with the reply that makes it. It refuses to reuse the id of
// a revoked key, to revoke the guest key, and to let members exceed what the operator allows.
package keys
