// Package booking owns the account of one run and its delivery to sharing.
//
// The account is what the run used ([Ledger]) and what its steps did ([Steps]). The batcher sends
// the ends of runs that end at about the same time in one call. The package refuses to decide what
// a run costs: sharing prices the account, and the vault confirms the calls in it.
package booking
