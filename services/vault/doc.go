// Package vault owns everything secret: the API keys of workspaces (as hashes) and third-party credentials
// (sealed). No other service holds a stored credential in the clear, and no method returns one.
//
// What leaves is the right to use a credential: the runner exchanges a run grant for a handle, which is valid for
// one call of one attempt of one step, and the egress of the vault makes that call. Each use checks, in this order:
// whose run it is, what the owner has granted, how many calls are left, and that a durable row says who uses what.
// If the row cannot be written, the credential is not used.
//
// The package refuses:
//
//   - to give the value of a credential to anybody, including operators and owners;
//   - to open a credential of a workspace on the word of another service: it needs the assertion of a member,
//     presented when the grant was written or when an owner's own run started;
//   - to use a handle for another purpose than its own, or twice;
//   - to start with a key-encryption key that others can read.
//
// This package only wires the parts. From the lowest:
//
//   - envelope seals; revocation ends rights; attempts records uses; audit is the log;
//   - workspaces, keys and assertions know who calls;
//   - credentials, exposure and credentialgrants know what a run may use;
//   - withholding judges what may leave, and runs ends runs;
//   - calls makes a handle and uses it: start reading there;
//   - guard finds secrets in answers, and egress makes HTTP calls.
package vault
