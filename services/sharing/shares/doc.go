// Package shares owns the rows of shares, what a link opens now, and the vault's credential
// grants that belong to shares.
//
// store.go has the rows. Resolver reads a link with its workflow, version and grant, and
// remembers the answer for 400 ms. Grants keeps the vault's grants within what the rows
// cover, and deletes shares with their workflow.
//
// What it refuses: to change a revoked share; to overwrite a share that has changed since
// it was read; to leave a grant at the vault that no row covers; to say of a token that
// opens nothing whether it ever did. It does not decide who pays for a run.
package shares
