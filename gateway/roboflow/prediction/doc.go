// Package prediction writes the call of one model as a workflow of one step, and the outputs
// of that workflow as the answer of a model. So the rights, the limits and the charges of a
// call are those of every run.
package prediction
