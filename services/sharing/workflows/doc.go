// Package workflows owns workflows, their versions and their drafts: it checks a
// definition, moves the secrets in it to the vault, and stores it as a version that never
// changes, or as the draft of the next one.
//
// What it refuses: to store a secret, in a draft too; to change a version; to overwrite a
// workflow or a draft that has changed since it was read. It knows the shares of a workflow
// only as Dependents, which learn of every change.
package workflows
