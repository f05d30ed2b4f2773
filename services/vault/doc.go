// Package vault owns everything secret: the API keys of workspaces (as hashes) and third-party credentials
// (sealed). No other service holds a stored credential in the clear, and no method returns one.
//
// Other services get the right to use a credential, and not its value. The runner exchanges a run grant for a
// handle, which is valid for one call of one attempt of one step, and the egress of the vault makes that call. Each
// use checks the run, the owner's grant and the calls that are left, and then writes a durable row that says who
// uses what. If the row cannot be written, the credential is not used.
//
// The package refuses:
//
//   - to give the value of a credential to anybody, including operators and owners;
//   - to open a credential of a workspace on the word of another service: it needs the assertion of a member,
//     presented when the grant was written or when an owner's own run started;
//   - to use a handle twice, or for another call than its own;
//   - to start with a key-encryption key that others can read.
//
// New starts nothing, and Bootstrap writes what must exist. The root only wires the parts. From the lowest:
//
//   - envelope seals; revocation ends rights; attempts records uses; audit is the log;
//   - workspaces, keys and assertions know who calls;
//   - credentials, exposure and credentialgrants know what a run may use;
//   - withholding judges what may leave, and runs ends runs;
//   - calls makes a handle and uses it: start reading there;
//   - guard finds secrets in answers, and egress makes HTTP calls.
package vault
