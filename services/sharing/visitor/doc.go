// Package visitor has what a person with a link gets: the read-only view of the workflow,
// and a fork of it.
//
// The view says what package policy would decide about a run of this caller now, and why
// it would refuse. A fork is the caller's own workflow from the start: its slots are
// unbound, and the reply reports what it lacks.
//
// What it refuses: to show a definition that is not redacted, or a limit of a key that is
// not the caller's; to fork a workflow whose owner forbids it; to put a name of the
// owner's credentials or keys into a fork.
package visitor
