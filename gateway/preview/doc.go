// Package preview draws the graph of a shared workflow as a picture for link previews.
// It bounds what a picture costs, because anyone with a link can ask for one. It knows
// nothing of HTTP, and it shows nothing of samples, inputs or outputs.
package preview
