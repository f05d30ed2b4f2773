// Package sharing owns workflows, their versions, shares and forks, the runs and
// what they cost. It alone decides on whose behalf a run happens: AuthorizeRun
// applies the one table that says who pays and whose credentials are used,
// reserves the cost, and signs a run grant; FinishRuns books it once for ever.
//
// What it refuses: to decide with rights older than a second; to fall back on
// anybody else's key or credential; to keep a secret (a literal in a definition
// goes to the vault, or the definition is refused); to keep inputs and outputs; to
// show one workspace what is another's. It holds no credential and could not use
// one: the vault gives nothing to a run on sharing's word alone.
//
// The files: one for each resource (workflow, version, share, link, view, fork, run,
// usage), its rows beside it in store_*.go; analysis.go is what a definition is
// found to be; rights.go what a link allows now; authorize.go, finish.go, renew.go
// and reaper.go the life of a run; package meter the counters.
package sharing
