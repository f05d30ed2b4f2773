// Package shares owns the rows of shares: the settings of a link, its limits, its promise
// and whether the vault's grant for it is pending.
//
// What it refuses: to change a revoked share, and to overwrite a share that has changed
// since it was read. It decides nothing and knows no token, only the hash of one.
package shares
