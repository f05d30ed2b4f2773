// Package peers asks the vault and the registry about keys, credentials, workspaces and
// models. Answers that decide whether a run may continue are at most 400 ms old.
//
// What it refuses: to read or write rows, to return a credential's value (the vault gives
// none), and to remember what strangers guess.
package peers
