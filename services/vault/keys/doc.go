// Package keys owns the API keys of workspaces: their hashes, budgets and revocation. The guest key and the first
// operator key are among them.
//
// It stores hashes only: the text of a key is in the reply that creates the key, and nowhere else. It refuses to
// reuse the id of a revoked key, to revoke the guest key, and to let members exceed what the operator allows.
package keys
