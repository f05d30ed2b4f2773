// Package settings lets owners make and change shares. It implements the RPCs of shares:
// it checks whether a version allows what the owner sets, fills in the default limits, and
// prepares the credential grant that goes with hidden credentials.
//
// An edit is a share while its settings change. Its methods are rules without I/O: set.go
// copies settings from a request, check.go and limits.go say whether they can be had.
// Handlers reads what the rules need and writes the result.
//
// What it refuses: to open run access without a private model, or credentials without a
// slot; to open either without finite limits; to charge a key of another workspace; to
// publish text with a secret in it; to overwrite a share that has changed since it was
// read.
package settings
