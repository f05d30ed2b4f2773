// Package form turns a form, or a picture that is a whole body, into the JSON of a run through
// a link. The names of the form are inputs of the link. It checks names only: the run checks
// values, as those of every other body.
package form
