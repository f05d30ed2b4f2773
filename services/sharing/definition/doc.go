// Package definition reads what a workflow definition says: its canonical bytes and
// hash, its problems, the places of credentials, models and destinations, the inputs it
// takes, what keeps it from being shared, and what a link to it promises.
//
// What it refuses: any I/O. A question about credentials or models that a definition
// names takes the answer of the vault or the registry as an argument. It never repeats a
// secret that it finds in a definition.
//
// An Analysis is shared by all callers. Nobody may change one; copy it first.
package definition
