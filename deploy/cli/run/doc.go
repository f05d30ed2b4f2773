// Package run runs a workflow of the caller, or one behind a link. It reads the inputs from
// flags, prints the progress on standard error and the outputs on standard output, and saves
// pictures. The names of its files have only letters, digits, - and _, because a stranger
// chose the names of the outputs.
package run
