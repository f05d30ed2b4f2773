// Package ledger owns the rows of runs and their line items: what ran, who pays for it
// and what it used. It implements the RPCs that read them and the counts that the meter
// rebuilds from.
//
// What it refuses: to decide whether a run may happen, to change a run that has ended,
// and to show one workspace the names or messages of another.
package ledger
