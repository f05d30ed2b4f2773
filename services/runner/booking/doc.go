// Package booking owns the account of one run and its delivery to sharing.
//
// The account has the use of the run ([Ledger]) and the events of its steps ([Steps]). The batcher sends
// the ends of runs that end at about the same time in one call. The package refuses to decide what
// a run costs: sharing prices the account, and the vault confirms the calls in it.
package booking
