// Package runs has the life of a run: a runner asks for it, renews it while it is in progress, and
// finishes it. A reaper ends the runs of a runner that died.
//
//	AuthorizeRun: decide (policy), reserve the limits (meter), write the row (ledger), sign the run grant
//	RenewRuns:    extend the leases, and tell the runner which runs must end
//	FinishRuns:   end the run at the vault, book what it used, release the reservation
//
// The row of a run is written after its reservation and before its confirmation. So a crash
// leaves a reservation without a row, which the meter's sweep releases, or a row whose
// lease expires, which the reaper ends. The row is the only thing that says whether a run
// counts.
//
// What it refuses: to admit the same run or request twice; to let another runner renew or
// finish a run; to book a call that the vault does not know; to charge a run whose link was
// stopped. On whose behalf a run happens is decided by package policy.
package runs
