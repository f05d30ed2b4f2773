// Package run runs a workflow, of one's own or behind a link: it reads the inputs from flags,
// prints the progress on standard error and the outputs on standard output, and saves
// pictures. The names of its files have only letters, digits, - and _, because a stranger
// chose the names of the outputs.
package run
