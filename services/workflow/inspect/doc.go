// Package inspect reports what a workflow needs and what it sends out: slots for
// credentials, models, sinks, destinations, and secrets written into the document. Sharing
// decides on this report, so in doubt it reports.
//
// A destination is constant if no input and no step of the run can change it. A credential
// may go to a destination that is not constant only if its giver chooses that destination.
package inspect
