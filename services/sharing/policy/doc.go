// Package policy decides on whose behalf a run happens: who pays for it, whose credentials
// it uses, which models and inputs it may have, and which limits it counts against.
//
// The decision is this table. A model is private if the key that would be charged may not
// use it. A slot is a place in a step that takes a credential.
//
//	version has         share's setting                who is charged               credentials                  outcome
//	public models only  default                        the visitor's key, or the    none                         runs
//	                                                   guest key without one
//	a private model     run access: visitor (default)  nobody                       none                         refused before any step: names the
//	                                                                                                             model, and that run access is not open
//	a private model     run access: owner              the share's charged key      none                         runs; the key and the model stay private
//	slots               credentials: visitor           by the rows above            one required input for each  runs if all are given; otherwise one
//	                    (default)                                                   credential and destination   error names all that are missing
//	slots               credentials: owner, hidden     by the rows above            the owner's, through handles runs if the vault's grant covers the version
//
// There is never a fallback: a missing key or credential is an error, not somebody else's
// key. A run of the caller's own workflow or definition is charged to the caller's key and
// uses the credentials of the caller's workspace.
//
// Decider reads what the rules need, in decide.go and target.go. The rules themselves are
// functions of the request and of what was read; they do no I/O.
//
// What it refuses: to write or reserve anything; to decide with answers of the vault and
// the registry that are older than a second; to let a visitor choose the version, a
// destination or a private model; to send a credential to a place that its link did not
// promise, unless the client names the place.
package policy
