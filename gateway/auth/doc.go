// Package auth finds out who calls: it exchanges a key for the vault's assertion about
// its principal and gives a guest a pseudonym. No key and no client address goes
// further than here. It refuses a malformed key and decides nothing about rights.
package auth
