// Package throttle limits how many wrong secrets are tried: API keys, sessions, passwords, and codes
// that are used once. Each replica counts for itself.
//
// One address has few tries. All addresses together have few tries at one secret. Package
// throttle rejects further tries before anything looks them up. It does not decide whether a
// secret is valid.
package throttle
