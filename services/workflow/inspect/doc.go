// Package inspect says what a workflow needs and what it does to the outside: slots for
// credentials, models, sinks, where data goes, and secrets that were written into the
// document. Sharing decides on this, so it errs on the side of reporting.
//
// A destination is constant when no input and no step of the run can change it. Only a
// constant destination may get a credential that its giver does not choose himself.
package inspect
