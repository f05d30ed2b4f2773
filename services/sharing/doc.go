// Package sharing owns workflows, their versions, shares and forks, the runs and what
// they cost. It alone decides on whose behalf a run happens: AuthorizeRun applies the
// table that says who pays and whose credentials are used, reserves the cost and signs a
// run grant. FinishRuns books the run once.
//
// What it refuses: to decide with answers older than a second; to fall back to another
// key or credential; to store a secret (a secret in a definition goes to the vault, or
// the definition is refused); to store inputs and outputs; to show one workspace what
// belongs to another. It holds no credential and could not use one: the vault gives
// nothing to a run on the word of sharing alone.
//
// The packages below it, leaves first: resource, scan and link; definition, what a
// definition says; peers, what the vault and the registry answer; meter and budget, the
// counters and the limits; ledger, the rows of runs; notice and publish, texts for owners
// and strangers; workflows; shares, the rows of shares. The root still has what a link
// opens now (rights.go), the edit of a share, the decision about a run and its life.
package sharing
