// Package sharing owns workflows, their versions, shares and forks, the runs and what they
// cost. Only sharing decides on whose behalf a run happens: policy applies the table that says
// who pays and whose credentials are used, runs reserves the cost, signs a run grant and
// books the run once.
//
// What it refuses: to decide with answers older than a second; to fall back to another
// key or credential; to store a secret (a secret in a definition goes to the vault, or
// the definition is refused); to store inputs and outputs; to show one workspace what
// belongs to another. It holds no credential and could not use one: the vault gives
// nothing to a run because sharing alone says so.
//
// The root wires the packages below it, leaves first:
//
//	names, link         names of resources; tokens of links
//	definition          what a definition says
//	peers               what the vault and the registry answer
//	meter, budget       counters, and the limits that a run counts against
//	usage, titles       sums of the ledger and reports of them; titles in reports
//	ledger              rows of runs and line items
//	notice, publish     texts for owners; checks of what strangers see
//	workflows           workflows and versions
//	shares              rows of shares, what a link opens now, grants at the vault
//	settings            what owners set on a share
//	policy              the decision about a run
//	runs                the life of a run
//	visitor             the view of a link, and forks
package sharing
