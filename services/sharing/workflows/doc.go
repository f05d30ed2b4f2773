// Package workflows owns workflows and their versions: it checks a definition, moves the
// secrets in it to the vault, and stores it as a version that never changes.
//
// What it refuses: to store a secret, to change a version, and to overwrite a workflow
// that has changed since it was read. It knows the shares of a workflow only as
// Dependents, which are told of every change.
package workflows
