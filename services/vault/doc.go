// Package vault owns everything secret: the API keys of workspaces (their
// hashes) and third-party credentials (sealed). It alone ever holds a stored
// credential in the clear, and no method gives one back.
//
// What leaves is the right to use: the runner trades a run grant for a handle,
// good for one call of one attempt of one step, and the vault's egress makes
// that call itself. Between the two stand, in this order: whose run it is, what
// the owner has granted, how many calls are left, and a durable row that says
// who used what. If that row cannot be written, the credential is not used.
//
// The package refuses, always:
//
//   - to give a credential's value to anybody, operators and owners alike;
//   - to open a workspace's credential on the word of another service: it takes
//     the assertion of a member, presented when the grant was written or when an
//     owner's own run was started;
//   - to use a handle for anything but what it was made for, or twice;
//   - to start with a key-encryption key that others can read.
//
// How it reads: service.go puts it together; key.go, credential.go,
// credentialgrant.go and so on are the resources (handler, rule, store); issue.go
// and use.go are the two halves of a handle; revoke.go is how a right ends.
package vault
